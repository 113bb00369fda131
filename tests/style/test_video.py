"""Films: frames and their times in and out."""

import struct
from fractions import Fraction

import numpy as np
import pytest

from framework.errors import UserError
from style import video
from style.video import Film, av, write_film

FRAMES = [np.full((32, 48, 3), (20 * i, 100, 200 - 20 * i), np.uint8) for i in range(6)]


def write(path, rate=12.5, frames=FRAMES):
    with write_film(path, rate) as take:
        for frame in frames:
            take(frame)
    return path


@pytest.fixture
def film(tmp_path):
    return write(tmp_path / "film.mp4")


@pytest.mark.parametrize("suffix", video.CODECS)
def test_frames_and_rate_survive_in_every_container(tmp_path, suffix):
    film = write(tmp_path / f"a{suffix}", frames=[frame[:31, :47] for frame in FRAMES])
    found = Film(film)
    assert (found.rate, found.frame_count, found.note) == (12.5, 6, "")
    np.testing.assert_allclose(found.times, np.arange(6) * 0.08, atol=1e-3)
    frames = list(found)
    assert len(frames) == 6 and frames[0].shape == (30, 46, 3)
    for a, b in zip(frames, FRAMES, strict=True):
        assert np.abs(a.astype(int) - b[:30, :46]).max() < 6
    assert len(list(found)) == 6                        # from the start again


def test_names_of_films():
    assert video.is_video("a.MP4") and video.is_video("b.webm") and not video.is_video("a.png")


def test_an_error_half_way_leaves_nothing(tmp_path):
    with pytest.raises(RuntimeError), write_film(tmp_path / "a.mp4", 5) as take:
        take(FRAMES[0])
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_found_out(tmp_path, monkeypatch):
    def full(self, packets):
        raise OSError(28, "No space left on device")
    real = av.open

    class Full:
        """The container of PyAV, which cannot be patched, on a disk that is full."""

        def __init__(self, *about):
            self.real = real(*about)
            self.add_stream = self.real.add_stream

        def __enter__(self):
            return self

        def __exit__(self, *error):
            self.real.close()
        mux = full
    monkeypatch.setattr(av, "open", Full)
    with pytest.raises(UserError, match="cannot write .*a.mp4: No space left on device"):
        write(tmp_path / "a.mp4", frames=FRAMES * 20)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name, content, message", [
    ("none.mp4", None, "there is no film"), ("a.mp4", b"", "broken or of no known kind"),
    ("a.mp4", b"no film at all", "broken or of no known kind")])
def test_files_that_are_no_films(tmp_path, name, content, message, capfd):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError, match=message):
        Film(tmp_path / name)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("name, message", [
    ("a.gif", "a film is written as .mp4"), ("none/a.mp4", "no folder .*none to write into")])
def test_places_that_cannot_be_written(tmp_path, name, message):
    with pytest.raises(UserError, match=message):
        video.check_film_output(tmp_path / name)


def boxes(data, at=0, stop=None):
    stop = len(data) if stop is None else stop
    while at + 8 <= stop:
        size = int.from_bytes(data[at:at + 4], "big")
        yield at, size, data[at + 4:at + 8]
        at += size


def with_frame_times(mp4, deltas):
    """The bytes of an mp4, whose tables stand behind its frames, with other times from frame to
    frame, in ticks."""
    table = struct.pack(">II", 0, len(deltas))
    table += b"".join(struct.pack(">II", 1, ticks) for ticks in deltas)
    at, stop, parents = 0, len(mp4), []
    for name in (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stts"):
        place, size, _ = next(box for box in boxes(mp4, at, stop) if box[2] == name)
        parents.append(place)
        at, stop = place + 8, place + size
    grown, data = len(table) - (stop - at), bytearray(mp4[:at] + table + mp4[stop:])
    for place in parents:
        data[place:place + 4] = struct.pack(">I", struct.unpack(">I", data[place:place + 4])[0]
                                            + grown)
    return bytes(data).replace(b"edts", b"free")        # which would cut it to its old length


def test_a_film_of_varying_rate_keeps_its_times(film):
    data = film.read_bytes()
    (ticks,) = struct.unpack(">I", data[(at := data.index(b"stts") + 16):at + 4])
    film.write_bytes(with_frame_times(data, [ticks * n for n in (1, 3, 1, 2, 1, 1)]))
    found = Film(film)
    np.testing.assert_allclose(found.times, [0, 0.08, 0.32, 0.4, 0.56, 0.64], atol=1e-6)
    assert float(found.ticks[-1] * found.time_base) == pytest.approx(0.72)
    assert len(list(found)) == found.frame_count == 6 and found.note == ""
    assert float(found.rate) == pytest.approx(6 / 0.72)


def test_a_film_that_was_filmed_upright_is_read_upright(tmp_path):
    """A quarter turn in the track's matrix, as telephones write it."""
    marked = np.zeros((32, 48, 3), np.uint8)
    marked[:16, :24] = 255                              # at the left, which turns to the top right
    data = write(tmp_path / "a.mp4", frames=[marked]).read_bytes()
    at = data.index(b"tkhd") + 4 + 40                   # behind times, number, length and layer
    turned = struct.pack(">9i", 0, 1 << 16, 0, -1 << 16, 0, 0, 0, 0, 1 << 30)
    (tmp_path / "a.mp4").write_bytes(data[:at] + turned + data[at + 36:])
    (first,) = Film(tmp_path / "a.mp4")
    assert first.shape == (48, 32, 3)
    assert first[2:22, 18:].mean() > 250 and first[:, :14].mean() < 5 > first[26:].mean()


@pytest.mark.parametrize("times, stated, rate", [
    ([0, 40, 80, 120], Fraction(25), 25), ([0, 40, 80, 120], Fraction(1000), 25),
    ([0, 40, 80, 120], None, 25), ([0, 33, 67, 100], Fraction(30000, 1001), 29.97),
    ([0], None, 25), ([None, None], Fraction(12), 12), ([None], None, 25)])
def test_the_rate_is_the_stated_one_unless_the_times_say_another(times, stated, rate):
    assert float(video._rate(times, Fraction(1, 1000), stated)) == pytest.approx(rate, abs=1e-3)


def test_times_that_are_lacking_or_go_back_are_set_right():
    found = video._increasing([None, 40, None, 100, 90, 90, 140], 40, 20)
    assert list(found) == [0, 40, 80, 100, 101, 102, 140, 160]


def noisy(path):
    frames = []
    for i in range(30):
        frame = np.random.default_rng(i).integers(0, 60, (48, 64, 3), np.uint8)
        frame[:, :32] = 8 * i
        frames.append(frame)
    return write(path, 25, frames)


def numbers(found):
    return [round(frame[:, 4:28].mean() / 8) for frame in found]


def test_a_hole_in_a_film_is_said(tmp_path, capfd):
    for name, hole in (("film.avi", 9000), ("film.mp4", 900)):
        data = bytearray(noisy(tmp_path / name).read_bytes())
        data[len(data) // 2:len(data) // 2 + hole] = bytes(hole)
        (tmp_path / name).write_bytes(data)
        found = Film(tmp_path / name)
        seen = numbers(found)
        assert len(seen) == found.frame_count < 30 and seen[:5] == [0, 1, 2, 3, 4]
        assert ("of the 30 frames" if name == "film.avi" else "it is damaged, first") in found.note
    assert found.times[-1] == pytest.approx(29 / 25)         # those of the mp4 stand in a table
    assert capfd.readouterr().err == ""


def test_a_film_that_is_cut_off_says_so(tmp_path, capfd):
    avi = noisy(tmp_path / "film.avi")
    avi.write_bytes(avi.read_bytes()[:avi.stat().st_size // 2])
    found = Film(avi)
    seen = numbers(found)
    assert 5 < len(seen) < 25 and f"{len(seen)} of the 30 frames" in found.note
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("rate", [24000 / 1001, 999, 1000])
def test_a_film_of_so_many_frames_a_second_is_read_and_written(tmp_path, rate):
    found = Film(write(tmp_path / "a.mp4", rate))
    assert (float(found.rate), found.frame_count, found.note) == (pytest.approx(rate), 6, "")


@pytest.mark.parametrize("shape", [(48, 1), (1, 48), (48, 2), (1, 1), (3, 5)])
@pytest.mark.parametrize("suffix", [".mp4", ".avi"])
def test_narrow_films_are_written(tmp_path, shape, suffix):
    (frame,) = Film(write(tmp_path / f"a{suffix}", 5, [np.full((*shape, 3), 90, np.uint8)]))
    assert frame.shape == (*(max(2, side // 2 * 2) for side in shape), 3)
