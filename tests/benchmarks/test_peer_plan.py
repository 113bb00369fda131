"""What the PyTorch peer is told, and that it computes the same: the second where there is one."""

import json
import sys

import pytest

from benchmarks import peer_check, peer_plan, rounds, speed
from benchmarks.measure import configured

PRESET = "5.2-mnist2svhn-slfr"
needs_torch = pytest.mark.skipif(bool(peer_plan.missing(peer_plan.python())),
                                 reason=peer_plan.missing(peer_plan.python()))


def config(*flags, preset=PRESET):
    return configured("torch", ["--preset", preset, *flags])


def test_the_plan_is_the_run():
    told = json.loads(json.dumps(peer_plan.plan(config("--width", "0.5", "--batch_size", "16"))))
    one, other = ([name for name, _ in chain] for chain in told["generators"])
    assert one[0] == other[0] == "g_row1" and one[1:] == [f"g1_row{i}" for i in (2, 3, 4, 5)]
    assert other[-1] == "g2_row5" and told["generators"][0][1][1]["filters"] == 256
    assert [row["filters"] for _, row in told["discriminators"][1]] == [10, 25, 250, 1]
    assert [row["filters"] for _, row in told["classifier"][0]] == [32, 64, 128, 10]
    assert (told["feature_rows"], told["feature_weight"], told["semantic_weight"]) == (
        [2, 3, 5], 100, 10)
    assert (told["penalty_weight"], told["discriminator_steps"], told["batch_size"]) == (10, 5, 16)
    assert told["counted"]["images"] == 2 * 5 * 16


def test_shared_rows_and_norms():
    told = peer_plan.plan(config("--generator", "face128", "--discriminator", "face128",
                                 preset="5.2-mnist2svhn-cogan"))
    generators, critics = ([{name for name, _ in chain} for chain in told[key]]
                           for key in ("generators", "discriminators"))
    assert len(generators[0] & generators[1]) == 5 and len(critics[0] & critics[1]) == 7
    assert {row["norm"] for _, row in told["discriminators"][0]} == {"layer", None}
    assert {row["norm"] for _, row in told["generators"][0]} == {"batch", None}
    assert told["image_shape"] == (128, 128, 3) and told["classifier"] == []


@pytest.mark.parametrize(("flags", "says"), [
    ([], ""),
    (["--cycle_weight", "1"], "cycle_weight 1"),
    (["--precision", "mixed_bfloat16"], "precision mixed_bfloat16"),
    (["--loss", "hinge"], "loss hinge"),
    (["--disc_penalty", "none"], "does not clip"),
    (["--ema", "0.99"], "ema 0.99"),
    (["--discriminator_norm", "spectral"], "spectral norm"),
    (["--upsampling", "resize"], "upsampling resize"),
    (["--generator", "residual128", "--discriminator", "face128"], "kind residual")])
def test_what_the_peer_lacks_is_named(flags, says):
    found = peer_plan.refusal(config(*flags))
    assert says in found and bool(found) == bool(says)


def test_a_missing_peer_is_a_line(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv(peer_plan.PYTHON, str(tmp_path / "python"))
    case, = speed.cases(*speed.parsed([]))
    speed.refusal.cache_clear()
    assert speed.possible(["compiled", "torch"], case) == ["compiled"]
    said = capsys.readouterr().out.splitlines()[-1]
    assert said.startswith("scogan digit_small batch 32: without the way torch: ")
    assert "cannot be run: No such file" in said
    with pytest.raises(SystemExit, match="2"):
        speed.main(["--ways", "torch"])
    assert "cannot be run" in capsys.readouterr().err
    speed.refusal.cache_clear()
    monkeypatch.delenv(peer_plan.PYTHON)
    assert peer_plan.python() == sys.executable


def test_the_peer_is_another_interpreter(monkeypatch, tmp_path):
    """Here one that answers with what it was told."""
    other = tmp_path / "python"
    other.write_text(f"#!{sys.executable}\nimport json, sys, time\nplan = json.load(sys.stdin)\n"
                     "print(json.dumps({'argv': sys.argv[1:], 'batch': plan['batch_size'],"
                     " 'first': time.time()}))\n")
    other.chmod(0o755)
    monkeypatch.setenv(peer_plan.PYTHON, str(other))
    found = rounds.measurement("torch", ["--preset", PRESET, "--batch_size", "4"], 0.5, 1)
    assert found["argv"] == ["-m", "benchmarks.torch_peer", "time", "0.5"]
    assert found["batch"] == 4 and 0 < found["start"] < 60


def test_differences():
    assert peer_check.difference(2.0, 2.5) == 0.25 == peer_check.difference(-2.0, -1.5)
    weights = peer_check.without_dropout([[("row", {"dropout": 0.5, "kernel": 3})]])
    assert weights == [[("row", {"dropout": 0.0, "kernel": 3})]]


@needs_torch
@pytest.mark.parametrize("flags", [
    ["--preset", PRESET, "--width", "0.1"],
    ["--preset", PRESET, "--generator", "digit", "--discriminator", "digit", "--width", "0.05"],
    pytest.param(["--preset", "5.2-mnist2svhn-cogan", "--generator", "face128", "--discriminator",
                  "face128", "--width", "0.05"], marks=pytest.mark.slow),
    pytest.param(["--preset", "2.6-digits-dcgan", "--generator", "face128", "--discriminator",
                  "face128", "--width", "0.05"], marks=pytest.mark.slow)],
                         ids=["small", "even kernels", "layer norm", "batch norm"])
def test_the_peer_computes_the_same(flags):
    """To float32's rounding of scores of about 1, of which a term is the difference of means; in
    the second iteration steps have made more of it, most through batch norm of 8 images."""
    steps = [] if "2.6-digits-dcgan" in flags else ["--discriminator_steps", "2"]
    run = configured("eager", [*flags, *steps, "--batch_size", "8"])
    first, second = peer_check.compared(run, peer_check.DESCENT)
    for terms, most in ((first, 5e-6), (second, 1e-3 if not steps else 5e-5)):
        assert any(name.startswith("g/") for name in terms)
        for ours, peers in terms.values():
            assert peers == pytest.approx(ours, rel=most, abs=most)


@needs_torch
def test_the_peer_is_timed():
    """Whole, in its own process, and a mistake is told."""
    small = ["--preset", PRESET, "--width", "0.05", "--batch_size", "2", "--discriminator_steps",
             "1"]
    found = rounds.measurement("torch", small, 0.0, 1)
    assert 0 < found["seconds"] < found["start"] and 0 <= found["waiting"] < 1
    assert found["images"] == 4 and 0 < found["useful"] < sum(found["work"].values())
    assert 50 < found["peak_mib"] < 8000
