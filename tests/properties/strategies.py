"""Mutations of bytes, and words as a user may type them."""

import io
import struct
import zipfile

from hypothesis import settings
from hypothesis import strategies as st

NUMBERS = [struct.pack(kind, value) for kind in ("<I", ">I", "<H", ">H", "<Q")
           for value in (0, 1, 255, 2**15, 2**16 - 1)] + [
    struct.pack(kind, value) for kind in ("<I", ">I") for value in (2**24, 2**31 - 1, 2**32 - 1)]
WORDS = st.one_of(
    st.text(st.characters(exclude_characters="\0", exclude_categories=()), max_size=20),
    st.integers().map(str), st.floats().map(str),
    st.sampled_from(["", "-", "--", "-1", "0", "1e400", "nan", "inf", "٣", "1_000", "0x10", "true",
                     "None", " 5", "é" * 400, "x" * 5000, "..", "/", "~", "~nobody/x", "%s",
                     "{}", "\n", "a\nb", "\ud800", "\x1b[31m", ",", "a,,b", "folder:", "*", "[a"]))


def fewer(times: int) -> settings:
    """A part of the cases, where each takes tenths of a second."""
    return settings(max_examples=max(10, settings.default.max_examples // times))


def words() -> st.SearchStrategy[str]:
    """A word of a command line: it holds no NUL."""
    return WORDS.filter(lambda word: "\0" not in word)


@st.composite
def mutated(draw, originals: list[bytes], most: int = 4) -> bytes:
    """One of the originals after a few changes: bits, bytes, numbers of a header, cuts, copies."""
    data = bytearray(draw(st.sampled_from(originals)))
    for _ in range(draw(st.integers(1, most))):
        if not data:
            break
        # Headers and directories lie at the ends of files.
        at = draw(st.one_of(st.integers(0, len(data) - 1), st.integers(0, min(64, len(data) - 1)),
                            st.integers(max(0, len(data) - 128), len(data) - 1)))
        match draw(st.integers(0, 6)):
            case 0:
                data[at] ^= 1 << draw(st.integers(0, 7))
            case 1:
                data[at] = draw(st.integers(0, 255))
            case 2:
                number = draw(st.sampled_from(NUMBERS))
                data[at:at + len(number)] = number
            case 3:
                del data[at:]
            case 4:
                del data[at:at + draw(st.integers(1, 64))]
            case 5:
                data[at:at] = draw(st.binary(min_size=1, max_size=16))
            case 6:
                data[at:at] = data[draw(st.integers(0, at)):at]
    return bytes(data)


@st.composite
def repacked(draw, originals: list[bytes]) -> bytes:
    """One of the zip files `originals`, of which one member is mutated, left out or there twice,
    and all sums are right again."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(draw(st.sampled_from(originals)))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = draw(st.sampled_from(sorted(members)))
    match draw(st.integers(0, 8)):
        case 0:
            del members[name]
        case 1:
            members[f"{name}x"] = members[name]
        case _:
            members[name] = draw(mutated([members[name] or b"\0"]))
    with zipfile.ZipFile(file, "w") as archive:
        for each, data in members.items():
            archive.writestr(each, data)
    return file.getvalue()
