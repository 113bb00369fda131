"""`make test-workers`: two processes train one run, one of them is killed, and started again they
go on from the checkpoint. Once it is a worker that is killed, once the chief.

The end must be the same as that of one process with the global batch.
"""

import csv
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
ITERATIONS, EVERY, LIMIT = 300, 20, 600
COMMAND = [sys.executable, str(ROOT / "main.py"), "--gan_type", "gan", "--dataset", "ring",
           "--preset", "none", "--width", "0.1", "--latent_dim", "4", "--batch_size", "16",
           "--loss", "wgan", "--disc_penalty", "wgan-gp", "--discriminator_steps", "2", "--lr_g",
           "1e-4",
           "--lr_d", "1e-4", "--iterations", str(ITERATIONS), "--checkpoint_every", str(EVERY),
           "--log_every", "5", "--no-tensorboard"]


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("localhost", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def start(run, logs) -> list:
    """Both workers on ports of their own; what they say goes to files in `logs`."""
    addresses = [f"localhost:{port}" for port in free_ports(2)]
    workers = []
    for index in range(2):
        config = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": index}}
        with open(logs / f"{len(list(logs.iterdir())):02d}-worker{index}.txt", "w") as log:
            workers.append(subprocess.Popen([*COMMAND, "--run", run], stdout=log, stderr=log,
                                            env=os.environ | {"TF_CONFIG": json.dumps(config)}))
    return workers


def newest(run) -> int:
    found = run.glob("checkpoints/ckpt-*.index")
    return max((int(path.stem.removeprefix("ckpt-")) for path in found), default=0)


def wait_for_checkpoint(run, workers, iteration: int):
    until = time.monotonic() + LIMIT
    while newest(run) < iteration:
        assert all(w.poll() is None for w in workers), "a worker ended before it was killed"
        assert time.monotonic() < until, f"no checkpoint of {iteration} iterations"
        time.sleep(0.05)


def said_last(logs, index: int) -> str:
    return sorted(logs.glob(f"*-worker{index}.txt"))[-1].read_text()


def kill_one(run, logs, victim: int, at: int):
    """Starts both, kills `victim` after `at` iterations and checks how the other one ends."""
    workers = start(run, logs)
    try:
        wait_for_checkpoint(run, workers, at)
        workers[victim].send_signal(signal.SIGKILL)
        began, other = time.monotonic(), workers[1 - victim]
        status = other.wait(LIMIT)
    finally:
        for w in workers:
            w.kill()
    said = said_last(logs, 1 - victim)
    assert status == 75, f"the other worker ended with {status}:\n{said}"
    assert "Traceback" not in said and "start all of them again" in said, said
    print(f"worker {victim} killed after {newest(run)} iterations or more; the other ended with "
          f"status 75 after {time.monotonic() - began:.0f} s: {said.strip().splitlines()[-1]}")


def finish(run, logs):
    workers = start(run, logs)
    try:
        statuses = [w.wait(LIMIT) for w in workers]
    finally:
        for w in workers:
            w.kill()
    assert statuses == [0, 0], "\n".join(said_last(logs, i) for i in range(2))


def variables(run) -> dict:
    import tensorflow as tf
    reader = tf.train.load_checkpoint(str(run / "checkpoints"))
    names = [name for name in reader.get_variable_to_shape_map()
             if name != "_CHECKPOINTABLE_OBJECT_GRAPH" and "save_counter" not in name]
    return {name: reader.get_tensor(name) for name in names}


def rows(run) -> list[int]:
    with open(run / "losses.csv") as file:
        return [int(row["iteration"]) for row in csv.DictReader(file)]


def main():
    with tempfile.TemporaryDirectory() as folder:
        run, alone, logs = Path(folder, "run"), Path(folder, "alone"), Path(folder, "logs")
        logs.mkdir()
        kill_one(run, logs, victim=1, at=3 * EVERY)
        first_picture = (run / "samples" / "000000.png").stat().st_mtime_ns
        went_on = newest(run)
        kill_one(run, logs, victim=0, at=went_on + 2 * EVERY)
        finish(run, logs)
        assert (run / "samples" / "000000.png").stat().st_mtime_ns == first_picture, (
            "the run began anew instead of going on")
        assert rows(run) == list(range(ITERATIONS)), rows(run)
        subprocess.run([*COMMAND, "--run", alone], check=True, capture_output=True)
        a, b = variables(run), variables(alone)
        assert a.keys() == b.keys() and len(a) > 10
        apart = max(float(np.abs(a[name] - b[name]).max()) for name in a)
        print(f"{ITERATIONS} rows; weights and moments differ by at most {apart:.1e} from those of "
              "one process with the global batch")
        assert apart < 1e-3


if __name__ == "__main__":
    main()
