"""A long run takes no more memory than a short one, and traces each of its functions once."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FIRST, LAST, EVERY = 2_500, 20_000, 500
CHILD = """
import ctypes, gc, json, sys
import tensorflow as tf

made, kept = [], tf.function
def function(*arguments, **settings):
    result = kept(*arguments, **settings)
    if hasattr(result, "experimental_get_tracing_count"):
        made.append(result)
        return result
    def decorate(f):
        made.append(result(f))
        return made[-1]
    return decorate
tf.function = function

from commands.dispatch import main
from trainers.reporters import ChiefReporter

mebibytes, log = {}, ChiefReporter.log
def measured(reporter):
    newest = log(reporter)
    done = reporter.history.done()
    if done % int(sys.argv[1]) == 0 and done not in mebibytes:
        gc.collect()
        ctypes.CDLL(None).malloc_trim(0)
        pages = int(open("/proc/self/statm").read().split()[1])
        mebibytes[done] = pages * 4096 / 2**20
    return newest
ChiefReporter.log = measured
status = main(sys.argv[2:])
traces = {f.python_function.__qualname__: f.experimental_get_tracing_count() for f in made}
print(json.dumps({"status": status, "traces": traces, "mebibytes": mebibytes}))
"""


# MiB that may be added. Measured beside other work are 7 in a run that draws nothing, and 14 in
# one that draws 18 pictures, of which the plot of losses.csv takes more as that grows. What
# TensorFlow keeps of each iteration, if only a number, adds 13 or more.
@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads Linux's /proc")
@pytest.mark.parametrize("most, flags", [
    (13, ["--gan_type", "gan", "--dataset", "ring", "--ema", "0.9", "--sample_every", str(LAST)]),
    (22, ["--gan_type", "scogan", "--domains", "ring,grid25", "--feature_weight", "1",
          "--cycle_weight", "1", "--sample_every", "1000"])], ids=["gan", "scogan drawing"])
def test_memory_is_flat_and_functions_are_traced_once(tmp_path, most, flags):
    words = [*flags, "--preset", "none", "--width", "0.05", "--latent_dim", "3", "--batch_size",
             "8", "--limit_data", "200", "--iterations", str(LAST), "--log_every", "100",
             "--checkpoint_every", "2000", "--no_sample_early", "--run", str(tmp_path / "run")]
    said = subprocess.run([sys.executable, "-c", CHILD, str(EVERY), *words], cwd=ROOT, check=True,
                          stdout=subprocess.PIPE, text=True, timeout=1800).stdout
    found = json.loads(said.splitlines()[-1])
    grown = found["mebibytes"][str(LAST)] - found["mebibytes"][str(FIRST)]
    print(f"{grown:+.1f} MiB from {FIRST} to {LAST} iterations; {found}")
    assert found["status"] == 0
    assert found["traces"] and all(count == 1 for count in found["traces"].values())
    assert grown < most, found["mebibytes"]
