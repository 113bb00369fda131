"""The command: which rows it times, in which order, and what it prints of them."""

import subprocess
import sys
from types import SimpleNamespace

import pytest

from benchmarks import machine, rounds, speed
from benchmarks.measure import configured
from framework.errors import UserError


def asked(*argv):
    return speed.cases(*speed.parsed(list(argv)))


def test_rows_are_every_kind_net_and_batch():
    rows = asked("--gan_types", "gan,scogan", "--sizes", "32,128", "--batches", "16,32")
    assert [row.name for row in rows[:3]] == [
        "gan digit batch 16", "gan digit batch 32", "gan digit_small batch 16"]
    assert len(rows) == 2 * 3 * 2
    config = configured("compiled", rows[-1].flags)
    assert (config.experiment.gan_type, config.nets.generator, config.nets.discriminator,
            config.training.batch_size, config.device.compile) == (
                "scogan", "face128", "face128", 32, "graph")
    assert config.coupling.semantic_weight > 0 and config.training.discriminator_steps == 5
    assert configured("eager", rows[0].flags).device.compile == "none"


def test_flags_go_over_the_preset():
    row, = asked("--nets", "quick", "--width", "0.5", "--domains", "mnist,svhn,usps")
    config = configured("compiled", row.flags)
    assert (config.nets.width, config.nets.generator) == (0.5, "quick")
    assert [row.name for row in asked("--presets", "demo,own-gan")] == ["demo", "own-gan"]


def test_what_grows_starts_from_the_first_row():
    args, flags = speed.parsed(["--growth", "--domains", "mnist,svhn,usps"])
    axes = speed.growing(args, flags)
    assert [row.name for row in axes["domains"]] == ["2", "3"]
    grown = [configured("compiled", rows[-1].flags) for rows in axes.values()]
    assert [c.training.batch_size for c in grown] == [128, 32, 32]
    assert [c.nets.width for c in grown] == [1.0, 1.0, 1.0]
    assert [c.data.domains.count(",") + 1 for c in grown] == [2, 2, 3]
    assert configured("compiled", axes["width"][0].flags).nets.width == 0.25


def test_the_listings_have_no_moment_matching():
    plain, = asked("--nets", "digit")
    matching, = asked("--nets", "digit", "--gan_types", "gmmn")
    assert not speed.refusal("listing", plain) and not speed.refusal("compiled", matching)
    assert "no such training" in speed.refusal("listing", matching)


@pytest.mark.parametrize(("argv", "says"), [(["--ways", "fast"], "'fast' is none of compiled"),
                                            (["--sizes", "64"], "'64' is none of 32"),
                                            (["--gan_types", "vae"], "'vae' is none of gan")])
def test_unknown_words_are_refused(argv, says):
    with pytest.raises(UserError, match=says):
        speed.parsed(argv)


def answer(seconds, peak=None):
    if peak:
        return {"float32": peak, "bfloat16": 2 * peak, "core": peak / 2}
    return {"seconds": seconds, "core_seconds": 1.6 * seconds, "waiting": 0.01, "start": 5.0,
            "images": 320, "work": {"critic fakes": 3e9, "generator update": 1e9}, "useful": 3e9,
            "peak_mib": 800.0}


@pytest.fixture
def turns(monkeypatch):
    """What was measured in which order; compiled takes 0.1, 0.2, 0.4 s, listing thrice that."""
    order, times = [], iter((0.1, 0.2, 0.4))

    def measured(way, flags, seconds, threads):
        order.append(way)
        if way == "peak":
            return answer(0, peak=100.0 - len(order))
        if way == "xla":
            return {"failure": "cannot"}
        turns.now = next(times) if way == "compiled" else 3 * turns.now
        return answer(turns.now)

    turns = SimpleNamespace(order=order, now=0)
    monkeypatch.setattr(rounds, "measurement", measured)
    return turns


def test_ways_take_turns_and_medians_are_quoted(turns):
    ways = ("compiled", "listing", "xla")
    found = rounds.alternated({way: (way, ()) for way in ways}, 3, 1.0, 1)
    assert turns.order == (["peak", *ways] + ["peak", *ways[:2]] * 2)
    assert found["compiled"].middle("seconds") == 0.2
    assert found["compiled"].span("seconds") == "0.100 .. 0.400"
    assert found["listing"].times(found["compiled"]) == pytest.approx(3)
    assert found["compiled"].share(4e9) == pytest.approx(4 / 0.2 / 99)      # the best peak, 99
    assert found["compiled"].core_share(4e9) == pytest.approx(4 / 0.32 / 49.5)
    assert found["xla"].failure == "cannot" and not found["xla"].each


def test_the_table(turns, monkeypatch, capsys):
    monkeypatch.setattr(machine, "free_share", lambda threads: 1.0)
    speed.main(["--nets", "quick", "--ways", "compiled,listing,xla", "--strict"])
    said = capsys.readouterr().out
    assert "BUSY" not in said
    assert "4 GFLOP an iteration, 25 % of them with zeros of the padding" in said
    assert "(critic fakes 75 %, generator update 25 %)" in said
    row = next(line for line in said.splitlines() if line.startswith("compiled")).split()
    assert row == ["compiled", "0.200", "0.100", "..", "0.400", "3.00", "-", "20%", "15%",
                   "25%", "1600", "1.0%", "5.0", "800"]
    assert "xla      failed: cannot" in said
    assert "float32 92 .. 99, bfloat16 184 .. 198" in said


def test_a_busy_machine_is_told_or_refused(turns, monkeypatch, capsys):
    monkeypatch.setattr(machine, "free_share", lambda threads: 0.5)
    with pytest.raises(SystemExit, match="2"):
        speed.main(["--nets", "quick", "--strict"])
    assert not turns.order and "busy" in capsys.readouterr().err
    speed.main(["--nets", "quick", "--ways", "compiled"])
    assert "THE MACHINE IS BUSY" in capsys.readouterr().out


def test_growth_is_told_of_time_and_work(monkeypatch, capsys):
    monkeypatch.setattr(rounds, "measurement", lambda way, flags, seconds, threads: (
        answer(0, peak=100.0) if way == "peak" else answer(0.1 * int(flags[-1]) / 16)))
    args, flags = speed.parsed(["--growth", "--nets", "quick"])
    found = rounds.alternated({c.name: ("compiled", c.flags)
                               for c in speed.growing(args, flags)["batch_size"]}, 3, 1.0, 1)
    speed.print_growth("batch_size", found)
    rows = [line.split() for line in capsys.readouterr().out.splitlines()[2:6]]
    assert [row[:4] for row in rows] == [["16", "0.100", "1.00", "1.00"],
                                         ["32", "0.200", "2.00", "1.00"],
                                         ["64", "0.400", "4.00", "1.00"],
                                         ["128", "0.800", "8.00", "1.00"]]


def test_share_of_a_core():
    assert 0 < machine.free_share(1, 0.2) <= 1


@pytest.mark.slow
def test_a_measurement_is_a_process():
    """Whole: noise for data, a random classifier, the step compiled; and a mistake is told."""
    small = ["--preset", "5.2-mnist2svhn-slfr", "--generator", "quick", "--discriminator",
             "quick", "--width", "0.1", "--batch_size", "2", "--discriminator_steps", "1",
             "--classifier", "quick", "--feature_rows", "2,3"]
    found = rounds.measurement("compiled", small, 0.0, 1)
    assert found["images"] == 2 * 2 and 0 < found["seconds"] < found["start"]
    assert 0 <= found["waiting"] <= 1 and 100 < found["peak_mib"] < 8000
    assert 0 < found["useful"] < sum(found["work"].values())
    assert found["work"]["couplings"] > 0
    assert "no_such" in rounds.measurement("compiled", ["--preset", "no_such"], 0.0, 1)["failure"]


def test_the_command_line_ends_with_one_line_for_a_mistake():
    done = subprocess.run([sys.executable, "-m", "benchmarks.speed", "--ways", "fast"],
                          capture_output=True, text=True)
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1
    assert "fast" in done.stderr
