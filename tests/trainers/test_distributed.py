"""Two devices with a global batch against one device with that batch.

`tests/trainers/two_devices.py` trains both, in a process of its own; here its numbers are judged.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from framework.errors import UserError
from trainers.loop import agreed_start
from trainers.reporters import WorkerReporter

SCRIPT = Path(__file__).parent / "two_devices.py"
APART = "batch norm, apart"
EXACT = ["cogan, wgan-gp, Adam, as a graph", "mmd, witness-gp, asymmetry", "gmmn",
         "scogan, couplings", "batch norm, together"]
# The same code for nets and terms that take longer to build.
EXACT_SLOW = ["smmd, bounded gradients", "swgan", "drift, couplings", "scogan, perceptual",
              "classifier", "inverse_net", "style_vae", "cyclegan", "vae", "realnvp"]


def two_devices(*cases: str) -> dict:
    """What the script says of these cases."""
    threads = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "2"}
    said = subprocess.run([sys.executable, str(SCRIPT), *cases], env=os.environ | threads,
                          capture_output=True, text=True)
    assert said.returncode == 0, said.stderr[-3000:]
    return json.loads(said.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def found():
    return two_devices(*EXACT, APART, "statistics", "dropout", "without gathered",
                       "without mean_over_replicas")


@pytest.fixture(scope="module")
def found_slowly():
    return two_devices(*EXACT_SLOW)


def is_the_update_of_one(run):
    return run["moved"] > 1e-3 and run["variables"] < 1e-4 * run["moved"] and (
        run["terms"] < 1e-4 and run["copies"] == 0)


@pytest.mark.parametrize("name", EXACT)
def test_two_devices_make_the_update_of_one(found, name):
    assert is_the_update_of_one(found[name]), found[name]


@pytest.mark.slow
@pytest.mark.parametrize("name", EXACT_SLOW)
def test_two_devices_make_the_update_of_one_too(found_slowly, name):
    assert is_the_update_of_one(found_slowly[name]), found_slowly[name]


def test_batch_norm_apart_is_another_update_and_keeps_one_state(found):
    run = found[APART]
    assert run["variables"] > 1e-2 * run["moved"]
    assert run["copies"] == 0


def test_moving_statistics_are_those_of_all_devices(found):
    after = found["statistics"]
    assert after["mean"] < 1e-6 < 1e-3 < after["moved"]
    assert after["variance"] > 1e-4         # without what the devices' means differ by
    assert after["copies"] == 0


def test_dropout_draws_another_mask_on_each_device_from_one_state(found):
    assert found["dropout"] == {"masks": 2, "copies": 0}


def test_without_gathering_the_mmd_is_another(found):
    run = found["without gathered"]
    assert run["variables"] > 1e-2 * run["moved"]


def test_without_the_mean_over_devices_the_balance_of_classes_is_another(found):
    run = found["without mean_over_replicas"]
    assert run["variables"] > 1e-3 * run["moved"]


def test_workers_that_start_apart_are_refused():
    assert agreed_start(np.array([20, 20])) == 20
    with pytest.raises(UserError, match="checkpoints of 20, 40 iterations: --run must be the same"):
        agreed_start(np.array([20, 40]))


def test_who_is_not_the_chief_writes_nothing_and_sees_what_is_not_finite(tmp_path):
    run = SimpleNamespace(losses_csv=tmp_path / "losses.csv", checkpoints=tmp_path / "checkpoints")
    seeing = WorkerReporter(run)
    seeing.start(0)
    seeing.note(0, {"d/a": 1.0})
    assert seeing.log() == {}
    seeing.picture(1)
    assert list(tmp_path.iterdir()) == []
    seeing.note(1, {"d/a": float("nan")})
    with pytest.raises(UserError, match="d/a is no longer finite at iteration 1"):
        seeing.log()
