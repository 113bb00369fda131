import io
import tarfile
from typing import Any

import pytest

from data.tars import read_tar
from framework.errors import UserError


def write(path, members, mode: Any = "w:gz"):
    """members: names to bytes, or to a name that a link of this name leads to."""
    with tarfile.open(path, mode) as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            if isinstance(content, str):
                member.type, member.linkname = tarfile.SYMTYPE, content
                archive.addfile(member)
            else:
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
    return path


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_wanted_files_sorted_by_path_and_nothing_on_disk(tmp_path, mode):
    path = write(tmp_path / "x.tgz", {"b/2.jpg": b"two", "../../a/1.jpg": b"one", "b/read": b"no",
                                      "b/.3.jpg": b"hidden", "__MACOSX/4.jpg": b"mac",
                                      "b/5.jpg": "/etc/hostname"}, mode)
    files = read_tar(path, lambda name: name.endswith(".jpg"))
    assert [(file.name, file.read_bytes()) for file in files] == [
        ("1.jpg", b"one"), ("2.jpg", b"two")]
    assert str(files[1]) == f"{path}/b/2.jpg"
    assert [each.name for each in tmp_path.iterdir()] == ["x.tgz"]
    assert not (tmp_path.parent / "a").exists()


def test_too_much_is_refused(tmp_path):
    small = write(tmp_path / "small.tgz", {"1.jpg": bytes(600), "2.jpg": bytes(400)})
    assert len(read_tar(small, lambda name: True, 1000)) == 2
    with pytest.raises(UserError, match="holds more than .* unpack it"):
        read_tar(small, lambda name: True, 999)
    bomb = write(tmp_path / "bomb.tgz", {"1": bytes(900), "2": bytes(900), "3": bytes(900)})
    with pytest.raises(UserError, match="holds more than"):
        read_tar(bomb, lambda name: name == "none", 1000)
    whole = small.read_bytes()
    small.write_bytes(whole[:len(whole) // 2])
    with pytest.raises(UserError, match="cannot read .*small.tgz"):
        read_tar(small, lambda name: True)
