"""All that a page says of a run, read from its folder alone."""

import shlex
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import h5py
from latex2mathml.converter import convert

from config import presets
from config.kinds import has
from config.options import BY_NAME, GROUPS, OPTIONS
from config.resolve import load_config, read_beside
from framework.errors import UserError
from framework.history import History
from report.curves import thinned
from report.document import Beside, beside_document
from report.explain import shown
from report.files import read_json, read_text
from report.grids import Grid, GridReader, Packed, packed
from report.objective import Term, formula_of, terms_of, whence
from report.warnings import doubts, rows_of
from trainers.domains import read_description

NUMBERS = ("pair_agreement", "chance", "classes", "classes_present", "samples", "seed",
           "checkpoint")
WEIGHTS = "model.weights.h5"    # in a .keras file


class Facts(NamedTuple):
    """What a page says of one run, in the words and shapes that its template reads."""

    name: str
    title: str
    done: int
    asked: int
    domains: list[dict]
    goes_on: str
    formulas: list[tuple[str, str]]             # whose, and MathML
    terms: list[dict]
    charts: list[dict]
    grids: list[Grid]
    figures: dict[str, Any]
    table: str                                  # metrics.txt
    document: Beside | None
    pictures: list[tuple[str, Packed]]          # the pairs of `evaluate`
    options: list[dict]
    nets: list[dict]
    environments: list[dict]
    doubts: list[tuple[str, str]]


def facts_of(run: str | Path, grids: GridReader | None = None) -> Facts:
    """The facts of the run in this folder. grids: reads its pictures; it may be kept from one page
    to the next. Raises UserError where there is no run."""
    path, config = Path(run), load_config(run)
    columns = _columns(path)
    values, metrics = config.values(), figures_of(read_json(path / "metrics.json"))
    domains: list[dict] = []
    with suppress(UserError):
        domains = read_description(path)
    terms = terms_of(config)
    formulas = [(player, mathml(formula)) for player in ("discriminators", "generators")
                if (formula := formula_of(terms, player, max(1, len(domains))))]
    done = int(columns["iteration"][-1]) + 1 if len(columns.get("iteration", ())) else 0
    asked = config.training.iterations
    more = asked if done < asked else 2 * asked
    gan_type, data = config.experiment.gan_type, config.data.dataset or config.data.domains
    loss = values["loss"] if has(gan_type, "named loss") else ""
    return Facts(
        name=path.resolve().name, title=f"{gan_type} on {data}", done=done, asked=asked,
        domains=domains,
        goes_on=f"python main.py --run {shlex.quote(str(run))} --iterations {more}",
        formulas=formulas, terms=[_shown(term) for term in terms], charts=thinned(columns),
        grids=(grids or GridReader(path / "samples"))(), figures=metrics,
        table=read_text(path / "metrics.txt"),
        document=beside_document(path, values, done), pictures=pairs_of(path),
        options=_options(values), nets=_nets(path / "models"),
        environments=read_beside(path).get("environments", []),
        doubts=doubts(columns, metrics, loss))


def mathml(latex: str) -> str:
    """The formula as MathML, which a browser draws and a screen reader reads."""
    return convert(latex, display="block")


def figures_of(metrics: Any) -> dict[str, Any]:
    """What a page says of metrics.json: numbers by name, and the judge; nothing that is of another
    shape than `evaluate` writes, since people edit such files."""
    if not isinstance(metrics, dict):
        return {}
    found: dict[str, Any] = {name: metrics[name] for name in NUMBERS
                             if type(metrics.get(name)) in (int, float)}
    if rows := rows_of(metrics.get("results")):
        found["results"] = rows
    judge = metrics.get("judge")
    judge = judge if isinstance(judge, dict) else {}
    shares = judge.get("accuracy_on_held_out")
    if isinstance(shares, dict) and {"samples", "seed", "checkpoint"} <= set(found) and all(
            type(share) in (int, float) for share in shares.values()):
        found["judge"] = {"seed": judge.get("seed", ""), "accuracy_on_held_out": shares}
    return found


def pairs_of(run: Path) -> list[tuple[str, Packed]]:
    """(what of, picture) of each pairs-*.png of `evaluate` in the run's folder."""
    return [(each.stem.removeprefix("pairs-"), packing) for each in sorted(run.glob("pairs-*.png"))
            if (packing := packed(each))]


def _columns(path: Path) -> dict:
    with suppress(UserError):
        return History(path / "losses.csv").read()
    return {}


def _shown(term: Term) -> dict:
    return term._asdict() | {"weight": f"{term.weight:g}",
                             "formula": mathml(term.formula) if term.formula else ""}


def _options(values: dict[str, Any]) -> list[dict]:
    """A row for every option: group, name, value, where it comes from, and what it does."""
    named = values["preset"]
    base: dict[str, Any] = {}
    with suppress(UserError):
        base = dict(presets.load_preset(named).values) if named not in ("", "none") else {}
    origin = whence(values, base, {option.name: option.default for option in OPTIONS})
    return [{"group": option.group, "name": option.name, "value": shown(values[option.name]),
             "from": f"preset {named}" if origin[option.name] == "preset" else origin[option.name],
             "help": option.help} for group in GROUPS for option in BY_NAME.values()
            if option.group == group]


def _nets(folder: Path) -> list[dict]:
    """Name, file and number of parameters of every net that the run exported."""
    found = []
    for path in sorted(folder.glob("*.keras")):
        with suppress(OSError, KeyError, zipfile.BadZipFile, ValueError, RuntimeError):
            found.append({"name": path.stem, "parameters": f"{parameters(path):,}",
                          "size": f"{path.stat().st_size / 2**20:.1f} MiB"})
    return found


def parameters(path: Path) -> int:
    """How many numbers the variables of the net in a .keras file hold, its statistics included."""
    count = 0

    def add(name: str, thing: Any) -> None:
        nonlocal count
        if isinstance(thing, h5py.Dataset):
            count += int(thing.size or 0)
    with zipfile.ZipFile(path) as archive, archive.open(WEIGHTS) as file, \
            h5py.File(file, "r") as weights:
        weights.visititems(add)
    return count


