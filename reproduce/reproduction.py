"""`main.py reproduce TABLE`: trains what is missing, measures it, shows the document's numbers."""

from contextlib import suppress
from pathlib import Path

from config import presets
from config.options import BY_NAME
from data.names import domain_names, find_domain
from framework.errors import UserError
from framework.files import write_text
from metrics.choice import LPIPS_NETS
from metrics.weights import BACKBONE_FILES, LINEAR_FILES
from nets.vgg import check_weights, layers_of
from reproduce.compare import comparison, obstacles
from reproduce.runs import Interrupted, flags, measured, trained
from reproduce.scales import SCALES, differences, over
from reproduce.tables import TABLES

RANDOM = "random"


def main(name, *, scale, data_dir, output, lpips_net, lpips_weights, vgg_weights,
         iterations) -> int | None:
    """Makes the table `name`, or all of them; prints and keeps each as it is done.

    iterations: of every row; 0: as many as the scale says. Raises UserError where rows could
    not be made, after the tables without them.
    """
    net, weights = lpips(lpips_net, lpips_weights, data_dir, scale)
    missing = []
    for each in TABLES if name == "all" else [name]:
        made = Reproduction(each, scale, Path(output) / scale, data_dir, vgg_weights, iterations)
        try:
            made.run(["--lpips_net", net, *(["--lpips_weights", weights] if weights else [])])
        except Interrupted:
            print("stopped; the same command goes on where it was")
            return 130
        made.show()
        missing += [f"{row.label} of {each}" for row in made.table.rows
                    if row.preset not in made.found]
    if missing:
        raise UserError(f"could not make {', '.join(missing)}; see above")


class Reproduction:
    """One table at one scale, in the folder `output`."""

    def __init__(self, name, scale, output, data_dir, vgg_weights, iterations):
        self.name, self.scale, self.output, self.data_dir = name, scale, output, data_dir
        self.table, self.found = TABLES.find(name), {}
        self.options = {row.preset: over(row.preset, scale) for row in self.table.rows}
        for preset, options in self.options.items():
            if iterations:
                options["iterations"] = iterations
            values = presets.load(preset).values | options
            weights = vgg_weights if values.get("content_weight") else ""
            if weights := weights or data_dir and found_vgg(data_dir, values):
                options["vgg_weights"] = weights
        self.runs = {preset: output / preset for preset in self.options}

    def run(self, lpips_flags) -> None:
        """Trains and measures row by row; `found` gets the evaluations of those that could be."""
        for row in self.table.rows:
            run, options = self.runs[row.preset], self.options[row.preset]
            planned = options.get("iterations", presets.load(row.preset).values["iterations"])
            if not trained(run, row.preset, options | {"data_dir": self.data_dir}, planned):
                continue
            metrics = "lpips,pair_agreement" if self.labelled(row.preset) else "lpips"
            found = measured(run, ["--metrics", metrics, *lpips_flags, *flags({
                "samples": SCALES[self.scale].pairs or row.pairs, "data_dir": self.data_dir})])
            if found:
                self.found[row.preset] = found

    def labelled(self, preset) -> bool:
        """Whether every domain of a preset has labels."""
        dataset = presets.load(preset).values["dataset"]
        return all(find_domain(n).classes for n in domain_names(dataset, "", self.data_dir))

    def show(self) -> None:
        """Prints the table and keeps it as table-NAME.txt."""
        rows = self.table.rows
        differing = {preset: differences(preset, options)
                     for preset, options in self.options.items()}
        found = obstacles(rows, self.found, self.runs, differing)
        text = "\n".join([
            f"Table {self.name}: {self.table.title}; scale {self.scale}", "",
            comparison(rows, self.table.columns, self.found), "",
            *(["Not comparable with the document's numbers:"] if found else []),
            *(f"- {line}" for line in found)]).rstrip()
        print(f"\n{text}\n")
        self.output.mkdir(parents=True, exist_ok=True)
        path = self.output / f"table-{self.name}.txt"
        write_text(path, text + "\n")
        print(f"kept in {path}")


def lpips(net: str, weights: str, data_dir: str, scale: str) -> tuple[str, str]:
    """Net and weights of the distance: as named, else those that lie in `data_dir`, else at full
    scale what the cache or a download gives, and random ones besides."""
    nets = [net] if net else LPIPS_NETS
    if weights:
        return nets[0], weights
    here = Path(data_dir).expanduser()
    for each in nets if data_dir else ():
        sources = BACKBONE_FILES[each], LINEAR_FILES[each]
        if all(any((here / name).is_file() for name in (s.arrays, s.published)) for s in sources):
            return each, str(here)
    return nets[0], "" if scale == "full" else RANDOM


def found_vgg(data_dir: str, values: dict) -> str:
    """The file in `data_dir` that has the layers of VGG which the options `values` read; empty
    if there is none."""
    net = values.get("vgg", BY_NAME["vgg"].default)
    layers = [layer for kind in ("content", "style") if values.get(f"{kind}_weight")
              for layer in layers_of(values[f"{kind}_layers"])]
    for path in sorted(Path(data_dir).expanduser().glob(f"{net}*.npz")) if layers else ():
        with suppress(UserError):
            check_weights(path, layers, net)
            return str(path)
    return ""
