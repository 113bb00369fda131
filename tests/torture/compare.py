"""What a run came to, as digests by name: of every variable, term, picture and net."""

import hashlib
import io
import json
import zipfile
from pathlib import Path

FILES = ("losses.csv", "losses.png", "domains.json", "metrics.json")
BESIDE = "environments"         # in config.json: what computed which part of the run


def write_digests(run: Path, iterations: int, output: Path) -> int:
    """Writes the digests of the run as JSON. For a child: it imports TensorFlow's reader."""
    output.write_text(json.dumps(digests(run, iterations)))
    return 0


def digests(run: Path, iterations: int) -> dict[str, str]:
    """Digests of all that the run holds after `iterations` iterations."""
    found = {name: _digest((run / name).read_bytes()) for name in FILES if (run / name).is_file()}
    config = json.loads((run / "config.json").read_text())
    found |= {f"option {name}": str(config[name]) for name in config if name != BESIDE}
    found |= {f"samples/{path.name}": _digest(path.read_bytes())
              for path in (run / "samples").glob("[0-9]*.png")}
    for path in (run / "models").glob("[!.]*.keras"):
        found |= {f"models/{path.name}/{name}": value for name, value in _weights(path).items()}
    return found | _variables(run / "checkpoints" / f"ckpt-{iterations}")


def differences(wanted: dict[str, str], found: dict[str, str], excused: set[str]) -> list[str]:
    """What is missing or other than wanted, in words. Pictures may be more than wanted."""
    missing = [f"{name} is missing" for name in wanted if name not in found]
    other = [f"{name} is another" for name in wanted if found.get(name, "") not in (
        "", wanted[name])]
    more = [f"{name} is new" for name in found
            if name not in wanted and not name.startswith("samples/")]
    return [said for said in missing + other + more if said.partition(" ")[0] not in excused]


def _digest(data: bytes) -> str:
    return hashlib.sha1(data).hexdigest()


def _weights(path: Path) -> dict[str, str]:
    """The weights of a .keras file; the file itself holds the date."""
    import h5py
    found = {}
    with zipfile.ZipFile(path) as archive:
        data = io.BytesIO(archive.read("model.weights.h5"))
    with h5py.File(data) as file:
        file.visititems(lambda name, item: found.update(
            {name: _digest(item[()].tobytes())} if hasattr(item, "shape") else {}))
    return found


def _variables(prefix: Path) -> dict[str, str]:
    import tensorflow as tf
    reader = tf.train.load_checkpoint(str(prefix))
    return {f"variable {name}": _digest(reader.get_tensor(name).tobytes())
            for name in reader.get_variable_to_shape_map()
            if name != "_CHECKPOINTABLE_OBJECT_GRAPH" and "save_counter" not in name}


def write_apart(first: Path, run: Path, iterations: int, output: Path) -> int:
    """Writes how `run` differs from `first`, empty for not at all. For a child."""
    wanted, found = digests(first, iterations), digests(run, iterations)
    said = differences(wanted, found, set())
    rows = [[line.split(",") for line in (each / "losses.csv").read_text().splitlines()]
            for each in (first, run)]
    parted = [(a[0], [rows[0][0][k] for k, pair in enumerate(zip(a, b, strict=True))
                      if pair[0] != pair[1]])
              for a, b in zip(*rows, strict=True) if a != b]
    if parted:
        said.append(f"iteration {parted[0][0]} is the first with other terms: {parted[0][1]}")
    output.write_text("; ".join(said))
    return 0
