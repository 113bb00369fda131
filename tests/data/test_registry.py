import subprocess
import sys

import pytest

from data.registry import DOMAINS, describe, domain_names, find
from framework.errors import UserError


def pair(path, *names):
    return tuple(f"folder:{path / name}" for name in names)


@pytest.mark.parametrize("dataset, names", [
    ("mnist", ("mnist",)),
    ("glyph_street", ("glyph_street",)),
    ("grid25", ("grid25",)),
    ("mnist2edge", ("mnist", "mnist_edge")),
    ("mnist2negative", ("mnist", "mnist_negative")),
    ("mnist2rotate", ("mnist", "mnist_rotate")),
    ("mnist2street", ("mnist", "mnist_street")),
    ("glyph2street", ("glyph", "glyph_street")),
    ("mnist2svhn", ("mnist", "svhn")),
    ("svhn2mnist_edge", ("svhn", "mnist_edge")),
    ("mnist_edge2glyph", ("mnist_edge", "glyph")),
    ("mnist2mnist", ("mnist", "mnist")),
])
def test_names_of_registered_domains(dataset, names):
    assert domain_names(dataset) == names


def test_domains_come_before_the_dataset():
    assert domain_names("ring", "mnist, mnist_edge,mnist_negative") == (
        "mnist", "mnist_edge", "mnist_negative")
    assert domain_names("ring", "") == ("ring",)
    with pytest.raises(UserError, match="mnist_edgy.*mnist_edge"):
        domain_names("", "mnist,mnist_edgy")


def test_folders(tmp_path, write_images):
    for name in ("domain1", "domain2", "domain3"):
        write_images(tmp_path / "many" / name, 1)
    for name in ("trainA", "trainB", "testA", "testB"):
        write_images(tmp_path / "two" / name, 1)
    single = write_images(tmp_path / "one", 1)
    many, two = tmp_path / "many", tmp_path / "two"
    assert domain_names(f"folder:{many}") == pair(many, "domain1", "domain2", "domain3")
    assert domain_names(f"folder:{two}") == pair(two, "trainA", "trainB")
    assert domain_names(f"folder:{single}") == pair(tmp_path, "one")
    assert domain_names(f"folder:{single},{many}/domain1") == (
        f"folder:{single}", f"folder:{many}/domain1")
    with pytest.raises(UserError, match="no folder .*nowhere"):
        domain_names(f"folder:{single},{tmp_path}/nowhere")
    with pytest.raises(UserError, match="no folder .*nowhere"):
        domain_names(f"folder:{tmp_path}/nowhere")
    with pytest.raises(UserError, match=f"say folder:{single}"):
        domain_names(str(single))


def test_cyclegan_sets_are_found_in_the_data_folder(tmp_path, write_images):
    for name in ("horse2zebra", "day2night"):
        for part in ("trainA", "trainB"):
            write_images(tmp_path / name / part, 1)
        found = domain_names(name, data_dir=tmp_path)
        assert found == pair(tmp_path / name, "trainA", "trainB")
    inside = tmp_path / "horse2zebra"
    assert domain_names("horse2zebra", data_dir=inside) == pair(inside, "trainA", "trainB")
    with pytest.raises(UserError, match="apple2orange is not in"):
        domain_names("apple2orange", data_dir=inside)
    bare = tmp_path / "photos"
    (tmp_path / "day2night").rename(bare)
    assert domain_names("apple2orange", data_dir=bare) == pair(bare, "trainA", "trainB")
    with pytest.raises(UserError, match="put apple2orange/ or apple2orange.zip"):
        domain_names("apple2orange", data_dir=tmp_path)
    with pytest.raises(UserError, match="not given.*put horse2zebra/"):
        domain_names("horse2zebra")
    with pytest.raises(UserError, match="did you mean 'glyph2edge'"):
        domain_names("glyph2edg", data_dir=inside)


@pytest.mark.parametrize("wrong, near", [
    ("mnits", "mnist"), ("mnist2edg", "mnist2edge"), ("glyph2stret", "glyph2street"),
    ("horse2zebr", "horse2zebra"), ("mnist2", "mnist"), ("rings", "ring"),
])
def test_an_unknown_name_is_answered_with_the_nearest(wrong, near):
    with pytest.raises(UserError, match=f"unknown data set '{wrong}'; did you mean '{near}"):
        domain_names(wrong)


def test_every_domain_is_described_with_what_is_here(tmp_path, write_npz, write_images,
                                                     monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "tfds"))
    nothing = {row.name: row for row in describe()}
    assert set(DOMAINS) <= set(nothing)
    assert all(row[1] is None or row.size > 0 for row in nothing.values())
    assert (nothing["mnist"].size, nothing["svhn"].size) == (60_000, 73_257)
    for name in ("mnist_edge", "svhn", "mnist2svhn", "mnist2edge", "horse2zebra"):
        assert nothing[name].here is False
    for name in ("glyph", "glyph_street", "ring", "grid25", "glyph2street"):
        assert nothing[name].here is True
    write_npz(tmp_path)
    for part in ("trainA", "trainB"):
        write_images(tmp_path / "horse2zebra" / part, 1)
    (tmp_path / "monet2photo.zip").write_text("broken")
    rows = {row.name: row for row in describe(tmp_path)}
    assert rows["mnist"].size == rows["mnist_street"].size == 40
    assert rows["mnist2edge"].here and rows["horse2zebra"].here
    assert not any(rows[name].here for name in ("svhn", "mnist2svhn", "monet2photo"))


def test_entries_hold_what_the_sets_are():
    for name, entry in DOMAINS.items():
        toy = name in ("ring", "grid25")
        assert entry.size == (None if toy else 32) and (entry.transform is None) == toy
        assert entry.classes == (25 if name == "grid25" else 10) and entry.description
    assert find("folder:some/where").classes is None


def test_listing_imports_no_tensorflow():
    program = ("import sys; from data.registry import describe; describe(); "
               "import data.load, data.batches, data.pixels; "
               "sys.exit(any(name.split('.')[0] in ('tensorflow', 'keras', "
               "'tensorflow_datasets') for name in sys.modules))")
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
