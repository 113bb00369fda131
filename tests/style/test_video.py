"""Films: frames, rate and sound in and out."""

import os
import stat
import struct

import cv2
import numpy as np
import pytest

from framework.errors import UserError
from style import video
from style.video import Film, write_film

FRAMES = [np.full((32, 48, 3), (20 * i, 100, 200 - 20 * i), np.uint8) for i in range(6)]


@pytest.fixture
def film(tmp_path):
    with write_film(tmp_path / "film.mp4", 12.5) as take:
        for frame in FRAMES:
            take(frame)
    return tmp_path / "film.mp4"


@pytest.fixture
def loud(film):
    """The film with the name of a format of sound at its end, as a table would have it."""
    film.write_bytes(film.read_bytes() + b"\0\0\0\x10freesoun\0\0\0\0")
    return film


@pytest.fixture
def ffmpeg(tmp_path, monkeypatch):
    """A stand-in for ffmpeg that notes what it is told and does as the function says."""
    def install(script):
        folder = tmp_path / "bin"
        folder.mkdir()
        program = folder / "ffmpeg"
        program.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/told\n'
                           f'for last; do :; done\n{script}\n')
        program.chmod(program.stat().st_mode | stat.S_IEXEC)
        monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
        return tmp_path / "told"
    return install


def test_frames_and_rate_survive(film):
    found = Film(film)
    assert (found.rate, found.frame_count) == (12.5, 6)
    frames = list(found)
    assert len(frames) == 6 and frames[0].shape == (32, 48, 3)
    for a, b in zip(frames, FRAMES, strict=True):
        assert np.abs(a.astype(int) - b).max() < 12
    assert len(list(found)) == 6                        # from the start again


@pytest.mark.parametrize("suffix", video.CODECS)
def test_every_container(tmp_path, suffix):
    with write_film(tmp_path / f"a{suffix}", 10) as take:
        take(FRAMES[0][:31, :47])
    found = Film(tmp_path / f"a{suffix}")
    assert found.rate == 10 and [f.shape for f in found] == [(30, 46, 3)]


def test_names_of_films():
    assert video.is_video("a.MP4") and video.is_video("b.webm") and not video.is_video("a.png")


def test_sound_is_taken_from_the_source(tmp_path, loud, ffmpeg):
    told = ffmpeg('echo both > "$last"')
    with write_film(tmp_path / "new.mp4", 5, sound_of=loud) as take:
        take(FRAMES[0])
    words = told.read_text().split()
    assert words[words.index("-i", 5) + 1] == str(loud) or str(loud) in words
    assert "1:a?" in words and "copy" in words
    assert (tmp_path / "new.mp4").read_text() == "both\n"
    assert not list(tmp_path.glob(".new-*"))


@pytest.mark.parametrize("script", ['echo half > "$last"; exit 1', "exit 0"])
def test_where_the_sound_does_not_fit_the_film_is_silent_and_that_is_said(tmp_path, loud, ffmpeg,
                                                                         script, capsys):
    ffmpeg(script)
    with write_film(tmp_path / "new.mp4", 5, sound_of=loud) as take:
        take(FRAMES[0])
    assert len(list(Film(tmp_path / "new.mp4"))) == 1
    assert "new.mp4 has no sound: .mp4 cannot hold that of" in capsys.readouterr().err


def test_without_ffmpeg_lost_sound_is_said_and_a_silent_film_needs_no_word(tmp_path, film, capsys,
                                                                           monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    for sound, said in ((b"", False), (b"\0\0\0\x10freesoun\0\0\0\0", True)):
        film.write_bytes(film.read_bytes() + sound)
        with write_film(tmp_path / "new.mp4", 5, sound_of=film) as take:
            take(FRAMES[0])
        assert ("new.mp4 has no sound: ffmpeg" in capsys.readouterr().err) == said


def test_without_ffmpeg_the_film_is_silent(tmp_path, film, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with write_film(tmp_path / "new.mp4", 5, sound_of=film) as take:
        take(FRAMES[0])
    assert len(list(Film(tmp_path / "new.mp4"))) == 1


def test_an_error_half_way_leaves_nothing(tmp_path):
    with pytest.raises(RuntimeError), write_film(tmp_path / "a.mp4", 5) as take:
        take(FRAMES[0])
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_found_out(tmp_path, monkeypatch):
    class Forgetful:
        """Writes two frames and is silent about the rest. It holds OpenCV's writer: a subclass of
        that corrupts memory."""

        def __init__(self, *about):
            self.writer, self.count = VideoWriter(*about), 0
            self.isOpened, self.release = self.writer.isOpened, self.writer.release

        def write(self, frame):
            self.count += 1
            if self.count <= 2:
                self.writer.write(frame)
    VideoWriter = cv2.VideoWriter
    monkeypatch.setattr(cv2, "VideoWriter", Forgetful)
    with pytest.raises(UserError, match="2 of 6 frames are in the file; is the disk full"), \
            write_film(tmp_path / "a.mp4", 5) as take:
        for frame in FRAMES:
            take(frame)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name, content, message", [
    ("none.mp4", None, "there is no film"), ("a.mp4", b"", "broken or of no known kind"),
    ("a.mp4", b"no film at all", "broken or of no known kind")])
def test_files_that_are_no_films(tmp_path, name, content, message, capfd):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError, match=message):
        Film(tmp_path / name)


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
    at = data.index(b"stts") + 16
    (ticks,) = struct.unpack(">I", data[at:at + 4])
    film.write_bytes(with_frame_times(data, [ticks * n for n in (1, 3, 1, 2, 1, 1)]))
    found = Film(film)
    frames = list(found)                    # one that is shown longer comes again, the same array
    step = 1000 / found.rate
    starts = [i * step for i, frame in enumerate(frames) if not i or frame is not frames[i - 1]]
    assert starts == pytest.approx([0, 80, 320, 400, 560, 640], abs=21)
    assert "varying times" in found.note


@pytest.fixture
def avi(tmp_path):
    with write_film(tmp_path / "film.avi", 25) as take:
        for i in range(30):
            frame = np.random.default_rng(i).integers(0, 60, (48, 64, 3), np.uint8)
            frame[:, :32] = 8 * i
            take(frame)
    return tmp_path / "film.avi"


def numbers(found):
    return [round(frame[:, 4:28].mean() / 8) for frame in found]


def test_a_hole_in_a_film_is_filled_and_said(avi, capfd):
    data = bytearray(avi.read_bytes())
    data[len(data) // 2:len(data) // 2 + 9000] = bytes(9000)
    avi.write_bytes(data)
    found = Film(avi)
    seen = numbers(found)
    assert len(seen) == found.frame_count == 30 and seen[:5] == [0, 1, 2, 3, 4]
    assert seen[-5:] == [25, 26, 27, 28, 29] and "of the 30 frames" in found.note
    assert capfd.readouterr().err == ""


def test_a_film_that_is_cut_off_says_so(avi, capfd):
    avi.write_bytes(avi.read_bytes()[:avi.stat().st_size // 2])
    found = Film(avi)
    seen = numbers(found)
    assert 5 < len(seen) < 25 and f"{len(seen)} of the 30 frames" in found.note
    assert capfd.readouterr().err == ""


def test_an_avi_without_a_rate_has_one_assumed(avi):
    data = avi.read_bytes()
    at = data.index(b"strh") + 28
    avi.write_bytes(data[:at] + bytes(8) + data[at + 8:])
    assert "25 a second are assumed" in Film(avi).note


@pytest.mark.parametrize("rate", [999, 1000])
def test_a_film_of_so_many_frames_a_second_is_read_and_written(tmp_path, rate):
    with write_film(tmp_path / "a.mp4", rate) as take:
        for frame in FRAMES:
            take(frame)
    found = Film(tmp_path / "a.mp4")
    assert (found.rate, found.frame_count, found.note) == (pytest.approx(rate), 6, "")


@pytest.mark.parametrize("shape", [(48, 1), (1, 48), (48, 2), (1, 1), (3, 5)])
@pytest.mark.parametrize("suffix", [".mp4", ".avi"])
def test_narrow_films_are_written(tmp_path, shape, suffix):
    with write_film(tmp_path / f"a{suffix}", 5) as take:
        take(np.full((*shape, 3), 90, np.uint8))
    (frame,) = Film(tmp_path / f"a{suffix}")
    assert frame.shape == (*(max(2, side // 2 * 2) for side in shape), 3)
