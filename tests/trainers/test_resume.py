"""A run killed in the middle and resumed ends with the weights of an unbroken one."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import tensorflow as tf

from commands.dispatch import main
from framework.checkpoint_files import found_checkpoints

ROOT = Path(__file__).parents[2]
ITERATIONS = 80
FLAGS = ["--gan_type", "cogan", "--dataset", "glyph2edge", "--preset", "none", "--generator",
         "quick", "--discriminator", "quick", "--width", "0.05", "--latent_dim", "5",
         "--batch_size", "8", "--limit_data", "50", "--iterations", str(ITERATIONS),
         "--checkpoint_every", "10", "--sample_every", "40", "--no_sample_early", "--ema", "0.9",
         "--no-tensorboard"]


def variables(run):
    reader = tf.train.load_checkpoint(str(found_checkpoints(run / "checkpoints")[0]))
    names = [name for name in reader.get_variable_to_shape_map()
             if name != "_CHECKPOINTABLE_OBJECT_GRAPH" and "save_counter" not in name]
    return {name: reader.get_tensor(name) for name in names}


def test_killed_and_resumed_equals_unbroken(tmp_path, capsys):
    unbroken, broken = tmp_path / "unbroken", tmp_path / "broken"
    assert main([*FLAGS, "--run", str(unbroken)]) == 0

    victim = subprocess.Popen([sys.executable, str(ROOT / "main.py"), *FLAGS, "--run", broken],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not list((broken / "checkpoints").glob("ckpt-[2-9]0.index")):
        assert victim.poll() is None, "the run ended before it could be killed"
        time.sleep(0.005)
    os.kill(victim.pid, signal.SIGKILL)
    assert victim.wait() == -signal.SIGKILL
    capsys.readouterr()
    assert main([*FLAGS, "--run", str(broken)]) == 0

    assert f"{ITERATIONS} iterations" in capsys.readouterr().out
    a, b = variables(unbroken), variables(broken)
    assert a.keys() == b.keys() and len(a) > 60
    for name in a:
        np.testing.assert_array_equal(a[name], b[name], err_msg=name)
    assert (unbroken / "losses.csv").read_text() == (broken / "losses.csv").read_text()


def test_ctrl_c_ends_in_order_and_the_run_goes_on(tmp_path, capsys):
    """In this process; `tests/test_guard.py` and `tests/torture` send signals to others."""
    run, ended = tmp_path / "run", threading.Event()

    def press():
        while not ended.wait(0.01):
            if list((run / "checkpoints").glob("ckpt-*.index")):
                os.kill(os.getpid(), signal.SIGINT)
                return
    presser = threading.Thread(target=press)
    presser.start()
    try:
        assert main([*FLAGS, "--sample_early", "--iterations", "100000", "--run", str(run)]) == 0
    finally:
        ended.set()
        presser.join()
    assert f"--run {run}" in capsys.readouterr().out
    for name in ("losses.csv", "losses.png", "progress.gif", "models/generators.keras",
                 "models/generator_glyph.keras", "models/discriminator_glyph_edge.keras"):
        assert (run / name).stat().st_size > 0
    done = max(int(p.stem) for p in (run / "samples").glob("*.png"))
    assert found_checkpoints(run / "checkpoints")[0].name == f"ckpt-{done}"
