"""The parts of a film become one file with the times and the sound of its source."""

from fractions import Fraction

import numpy as np
import pytest

from framework.errors import UserError
from style import video
from style.join import join
from style.video import Film, av, write_film

TIMES = [0, 40, 160, 200, 360, 400, 480, 520, 560, 720]         # milliseconds


def shade(i):
    return np.full((32, 48, 3), 20 * i, np.uint8)


def source(path, sound="", times=TIMES):
    """A film of ten shades at varying times with a tone of 440 Hz."""
    with av.open(str(path), "w") as out:
        pictures = out.add_stream("libx264", rate=25, options={"bf": "0"})
        pictures.width, pictures.height, pictures.pix_fmt = 48, 32, "yuv420p"
        tone = out.add_stream(sound, rate=48000) if sound else None
        for i, time in enumerate(times):
            frame = av.VideoFrame.from_ndarray(shade(i), "rgb24")
            frame.pts, frame.time_base = time, Fraction(1, 1000)
            out.mux(pictures.encode(frame))
        out.mux(pictures.encode())
        if tone:
            wave = np.sin(2 * np.pi * 440 * np.arange(36000) / 48000) * 8000
            frame = av.AudioFrame.from_ndarray(wave.astype(np.int16)[None], "s16", "mono")
            frame.sample_rate, frame.pts = 48000, 0
            fitted = av.AudioResampler(tone.format, tone.layout, tone.rate)
            for part in [*fitted.resample(frame), *fitted.resample(None)]:
                out.mux(tone.encode(part))
            out.mux(tone.encode())
    return Film(path)


def parts(folder, suffix, ends=(4, 8, 10)):
    made = []
    for start, end in zip((0, *ends), ends, strict=False):
        made.append(folder / f"part{end}.nut")
        with write_film(made[-1], 25, suffix) as take:
            for i in range(start, end):
                take(shade(i))
    return made


def heard(path):
    """When the sound begins, and its samples."""
    with av.open(str(path)) as film:
        frames = list(film.decode(audio=0))
    return float(frames[0].pts * frames[0].time_base), np.concatenate(
        [frame.to_ndarray() for frame in frames], -1)


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
def test_times_and_sound_are_those_of_the_source(tmp_path, suffix):
    film = source(tmp_path / "film.mp4", "aac")
    join(parts(tmp_path, suffix), film, tmp_path / f"new{suffix}")
    found = Film(tmp_path / f"new{suffix}")
    np.testing.assert_allclose(found.times * 1000, TIMES, atol=1.01)
    assert [round(frame.mean() / 20) for frame in found] == list(range(10))
    (start, samples), (began, wanted) = heard(found.path), heard(film.path)
    spare = samples.shape[1] - wanted.shape[1]          # mkv keeps what the encoder began with
    assert spare in (0, 1024)
    np.testing.assert_array_equal(samples[:, spare + 2048:], wanted[:, 2048:])  # all but the start
    shift = (found.ticks[0] * found.time_base - film.ticks[0] * film.time_base)
    assert abs(start + spare / 48000 - began - float(shift)) < 0.002 and np.abs(wanted).max() > 0.1


def test_sound_that_begins_late_stays_late(tmp_path):
    film = source(tmp_path / "film.mkv", "libopus", [time + 520 for time in TIMES])
    join(parts(tmp_path, ".mkv"), film, tmp_path / "new.mkv")
    found = Film(tmp_path / "new.mkv")
    assert found.ticks[0] * found.time_base == pytest.approx(0.52, abs=0.008)
    between = [float(each.ticks[0] * each.time_base) - heard(each.path)[0]
               for each in (film, found)]
    assert between[1] == pytest.approx(between[0], abs=0.008) and between[0] > 0.49


def test_where_the_sound_does_not_fit_the_film_is_silent_and_that_is_said(tmp_path, capsys):
    film = source(tmp_path / "film.mkv", "libopus")
    join(parts(tmp_path, ".m4v"), film, tmp_path / "new.m4v")
    assert capsys.readouterr().err == (f"{tmp_path}/new.m4v has no sound: .m4v cannot hold that of "
                                       f"{film.path}; try another ending\n")
    assert Film(tmp_path / "new.m4v").frame_count == 10
    assert not list(tmp_path.glob(".new-*"))


def test_a_silent_film_needs_no_word(tmp_path, capsys):
    join(parts(tmp_path, ".mp4"), source(tmp_path / "film.mp4"), tmp_path / "new.mp4")
    assert capsys.readouterr().err == ""
    with av.open(str(tmp_path / "new.mp4")) as film:
        assert not film.streams.audio


def test_an_avi_has_one_rate_and_says_what_that_moves(tmp_path, capsys):
    film = source(tmp_path / "film.mp4", "mp2")
    join(parts(tmp_path, ".avi"), film, tmp_path / "new.avi")
    assert "holds frames at one rate only" in capsys.readouterr().err
    found = Film(tmp_path / "new.avi")
    assert [round(frame.mean() / 20) for frame in found] == list(range(10)) and found.note == ""
    assert np.abs(found.times - film.times).max() < 0.13
    samples, wanted = heard(found.path)[1], heard(film.path)[1]
    np.testing.assert_array_equal(samples[:, 2048 - wanted.shape[1]:], wanted[:, 2048:])
    even = source(tmp_path / "even.mp4", times=range(0, 400, 40))
    join(parts(tmp_path, ".avi"), even, tmp_path / "new.avi")
    assert capsys.readouterr().err == "" and Film(tmp_path / "new.avi").rate == 25


def test_a_place_that_cannot_be_written(tmp_path):
    film = source(tmp_path / "film.mp4", "aac")
    with pytest.raises(UserError, match="cannot write .*none/new.mp4: No such file"):
        join(parts(tmp_path, ".mp4"), film, tmp_path / "none" / "new.mp4")


def test_every_codec_joins_the_same_film_from_other_parts(tmp_path):
    """A film that was resumed has the same parts; parts at other frames give the same pictures."""
    film = source(tmp_path / "film.mp4")
    for suffix in video.CODECS:
        join(parts(tmp_path, suffix), film, tmp_path / f"a{suffix}")
        join(parts(tmp_path, suffix, (1, 10)), film, tmp_path / f"b{suffix}")
        a, b = (Film(tmp_path / f"{name}{suffix}") for name in "ab")
        np.testing.assert_array_equal(a.ticks, b.ticks)
        assert max(np.abs(x.astype(int) - y).max() for x, y in zip(a, b, strict=True)) < 6
