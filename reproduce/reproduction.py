"""`main.py reproduce TABLE`: trains and measures what is missing and shows it beside the
document's numbers."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from config import presets
from config.options import BY_NAME
from data.names import domain_names, find_domain
from framework.errors import UserError
from framework.files import writable_folder, write_text
from metrics.choice import LPIPS_NETS
from metrics.weights import BACKBONE_FILES, LINEAR_FILES
from nets.vgg import check_weights, layers_of
from reproduce.compare import Evaluation, comparison_table, reasons_not_comparable
from reproduce.runs import StoppedByUser, command_line_flags, measure_run, train_run
from reproduce.scales import REPRODUCTION_SCALES, describe_differences, options_over
from reproduce.tables import TABLES, Table

RANDOM = "random"


def main(name: str, *, scale: str, data_dir: str, output: str, lpips_net: str, lpips_weights: str,
         vgg_weights: str, iterations: int, samples: int,
         done: "Callable[[Reproduction], None] | None" = None) -> int | None:
    """Makes the table `name`, or "all" of them; prints and saves each when it is done, and calls
    `done` with it.

    scale: of `reproduce.scales`. data_dir: also searched for weights. output: the folder of runs
    and tables. lpips_net, lpips_weights: see `choose_lpips`. iterations: of every row; 0: those
    of the scale. samples: pairs that are measured; 0: as the scale says. Returns 130 if the user
    stops it. Raises UserError, before anything is trained, where `data_dir` is no folder, and
    after the last table if rows of any could not be made.
    """
    if data_dir and not Path(data_dir).expanduser().is_dir():
        raise UserError(f"--data_dir {data_dir} is no folder")
    writable_folder(output)
    net, weights = choose_lpips(lpips_net, lpips_weights, data_dir, scale)
    missing = []
    for each in TABLES if name == "all" else [name]:
        made = Reproduction(each, scale, Path(output) / scale, data_dir, vgg_weights, iterations,
                            samples)
        try:
            made.run(["--lpips_net", net, *(["--lpips_weights", weights] if weights else [])])
        except StoppedByUser:
            print("stopped; the same command goes on where it was")
            return 130
        made.show()
        if done:
            done(made)
        missing += [f"{row.label} of {each}" for row in made.table.rows
                    if row.preset not in made.evaluations]
    if missing:
        raise UserError(f"could not make {', '.join(missing)}; see above")


class Reproduction:
    """One table at one scale, in the folder `output`.

    evaluations: the contents of metrics.json by preset, for the rows that could be made. runs: the
    folders of the runs by preset. vgg_weights: for rows with a perceptual loss; "": a file in
    `data_dir`, if it has one. iterations, samples: see `main`.
    """

    def __init__(self, name: str, scale: str, output: Path, data_dir: str, vgg_weights: str,
                 iterations: int = 0, samples: int = 0):
        self.samples = samples
        self.name, self.scale, self.output, self.data_dir = name, scale, output, data_dir
        self.table: Table = TABLES.find(name)
        self.evaluations: dict[str, Evaluation] = {}
        self.options = {row.preset: options_over(row.preset, scale) for row in self.table.rows}
        for preset, options in self.options.items():
            if iterations:
                options["iterations"] = iterations
            values = presets.load_preset(preset).values | options
            weights = vgg_weights if values.get("content_weight") else ""
            if weights := weights or data_dir and find_vgg_weights(data_dir, values):
                options["vgg_weights"] = weights
        self.runs = {preset: output / preset for preset in self.options}

    def run(self, lpips_flags: Sequence[str]) -> None:
        """Trains and measures row by row; fills `evaluations`. lpips_flags: for `evaluate`."""
        for row in self.table.rows:
            run, options = self.runs[row.preset], self.options[row.preset]
            usual = presets.load_preset(row.preset).values["iterations"]
            planned = options.get("iterations", usual)
            if not train_run(run, row.preset, options | {"data_dir": self.data_dir}, planned):
                continue
            metrics = "lpips,pair_agreement" if self.has_labels(row.preset) else "lpips"
            evaluation = measure_run(run, ["--metrics", metrics, *lpips_flags, *command_line_flags({
                "samples": self.samples or REPRODUCTION_SCALES[self.scale].pairs or row.pairs,
                "data_dir": self.data_dir})])
            if evaluation:
                self.evaluations[row.preset] = evaluation

    def has_labels(self, preset: str) -> bool:
        """Whether every domain of the preset has labels."""
        dataset = presets.load_preset(preset).values["dataset"]
        return all(find_domain(n).classes for n in domain_names(dataset, "", self.data_dir))

    @property
    def title(self) -> str:
        """What stands above the table."""
        what = self.name.capitalize().replace("-", " ")     # figure-3.8, or the number of a table
        return (f"{'' if what[0].isalpha() else 'Table '}{what}: {self.table.title}; "
                f"scale {self.scale}")

    def reasons(self) -> list[str]:
        """Why the numbers cannot equal the document's."""
        differing = {preset: describe_differences(preset, options)
                     for preset, options in self.options.items()}
        return reasons_not_comparable(self.table.rows, self.evaluations, self.runs, differing)

    def show(self) -> None:
        """Prints the table and writes it to table-NAME.txt."""
        reasons = self.reasons()
        text = "\n".join([
            self.title, "",
            comparison_table(self.table.rows, self.table.columns, self.evaluations), "",
            *(["Not comparable with the document's numbers:"] if reasons else []),
            *(f"- {line}" for line in reasons)]).rstrip()
        print(f"\n{text}\n")
        self.output.mkdir(parents=True, exist_ok=True)
        path = self.output / f"table-{self.name}.txt"
        write_text(path, text + "\n")
        print(f"kept in {path}")


def choose_lpips(net: str, weights: str, data_dir: str, scale: str) -> tuple[str, str]:
    """Returns the net and the weights of the distance: the given ones, else those in `data_dir`.
    Else the weights are "" (the cache or a download) at the scale "full" and "random" at others."""
    nets = [net] if net else LPIPS_NETS
    if weights:
        return nets[0], weights
    here = Path(data_dir).expanduser()
    for each in nets if data_dir else ():
        sources = BACKBONE_FILES[each], LINEAR_FILES[each]
        if all(any((here / name).is_file() for name in (s.arrays, s.published)) for s in sources):
            return each, str(here)
    return nets[0], "" if scale == "full" else RANDOM


def find_vgg_weights(data_dir: str, values: Mapping[str, Any]) -> str:
    """Finds a file in `data_dir` with all layers of VGG that the options `values` use; returns ""
    if there is none."""
    net = values.get("vgg", BY_NAME["vgg"].default)
    layers = [layer for kind in ("content", "style") if values.get(f"{kind}_weight")
              for layer in layers_of(values[f"{kind}_layers"])]
    for path in sorted(Path(data_dir).expanduser().glob(f"{net}*.npz")) if layers else ():
        with suppress(UserError):
            check_weights(path, layers, net)
            return str(path)
    return ""
