"""The commands. What needs TensorFlow is imported once its command is known to be good."""

import sys

from config import presets
from config.resolve import Parser, load_config, parser, resolve
from config.run import Run
from data.listing import describe
from data.load import SPLITS
from figures.catalogue import FIGURES
from framework.cluster import AGAIN, Interrupted, place
from framework.errors import UserError, unknown
from framework.quiet import quiet
from metrics import choice
from reproduce.scales import REPRODUCTION_SCALES
from reproduce.tables import TABLES

USAGE = """\
python main.py --gan_type scogan --dataset mnist2svhn [OPTION ...]
       python main.py [train] --preset NAME [OPTION ...]
       python main.py [train] --run RUN
       python main.py sample RUN | walk RUN | evaluate RUN | evaluate --folders A B
       python main.py stylize CONTENT STYLE ... --output FILE | texture STYLE --output FILE
       python main.py figures NAME | reproduce TABLE | presets | datasets"""
ABOUT = """\
Trains generative adversarial networks on one domain (gan) or on pairs that were never seen
together (cogan, scogan). The same command again continues its run."""


def main(argv: list[str]) -> int:
    """Runs the command line `argv`; returns the exit status: 2 for a user's mistake, 75 where
    the same command is to be given again."""
    try:
        return _dispatch(argv) or 0
    except UserError as error:
        print("scogan: error:", " ".join(str(error).split()), file=sys.stderr)
        return 2
    except Interrupted as event:
        print("scogan:", " ".join(str(event).split()), file=sys.stderr)
        return AGAIN
    except BrokenPipeError:
        sys.stderr.close()
        return 1


def _dispatch(argv):
    if not argv or argv[0] in ("-h", "--help", "help"):
        return parser(prog="main.py", usage=USAGE, description=ABOUT).print_help()
    command, rest = ("train", argv) if argv[0].startswith("-") else (argv[0], argv[1:])
    if command not in COMMANDS:
        raise unknown("command", command, COMMANDS)
    return COMMANDS[command](rest)


def _train(argv):
    config = resolve(argv)
    with Run.check(config.run, config) as run:
        goes_on = run.exists
    if config.preset and "preset" not in config.explicit and not goes_on:
        print(f"preset: {config.preset} (picked for {config.gan_type} on "
              f"{config.dataset or config.domains})")
    if config.devices != "one" or place().workers > 1:
        with quiet():
            from framework.devices import strategy_for
        strategy_for(config)            # before data that are pruned set TensorFlow to work
    from trainers.domains import load_domains
    domains = load_domains(config)
    with quiet():
        from commands import train
    return train.main(config, domains)


def _presets(argv):
    Parser(prog="main.py presets", description="Lists the presets.").parse_args(argv)
    header = ("preset", "what it is", "what its document reports", "picked by")
    _print_table(header, presets.rows())


def _datasets(argv):
    about = Parser(prog="main.py datasets", description="Lists the data sets.")
    about.add_argument("--data_dir", default="", help="where local data sets are looked for")
    arguments = about.parse_args(argv)
    _print_table(("dataset", "images", "source", "here", "what it is"), [
        (name, size or "", source, "yes" if here else "no", description)
        for name, size, source, here, description in describe(arguments.data_dir)])


def _sample(argv):
    about = _run_parser("sample", "Draws a grid from a run's generators.")
    about.add_argument("--count", type=int, default=50, help="latent vectors (default: 50)")
    about.add_argument("--seed", type=int, default=1, help="of the latents (default: 1)")
    about.add_argument("--output", default="", help="PNG file (default: in the run's folder)")
    arguments = about.parse_args(argv)
    _at_least(arguments, count=1, seed=0)
    load_config(arguments.run)
    with quiet():
        from commands import sample
    return sample.main(arguments.run, count=arguments.count, seed=arguments.seed,
                       output=arguments.output)


def _walk(argv):
    about = _run_parser("walk", "Draws the steps between latents of a run.")
    about.add_argument("--rows", type=int, default=8, help="walks (default: 8)")
    about.add_argument("--columns", type=int, default=10, help="steps (default: 10)")
    about.add_argument("--seed", type=int, default=1, help="of the latents (default: 1)")
    about.add_argument("--gif", action="store_true", help="also as an animated GIF")
    about.add_argument("--mp4", action="store_true", help="also as an MP4 film")
    about.add_argument("--output", default="", help="PNG file (default: in the run's folder)")
    arguments = about.parse_args(argv)
    _at_least(arguments, rows=1, columns=2, seed=0)
    load_config(arguments.run)
    with quiet():
        from commands import walk
    return walk.main(**vars(arguments))


def _evaluate(argv):
    about = Parser(prog="main.py evaluate", description="Measures a run and writes its "
                   "metrics.json, or compares two folders of images.")
    about.add_argument("run", metavar="RUN", nargs="?", help="folder of the run")
    about.add_argument("--split", default="train", help="real images: train or test (default: "
                       "train)")
    about.add_argument("--data_dir", default="", help="where the run's data lie by now")
    about.add_argument("--folders", nargs=2, metavar="PLACE", help="two folders or zip files of "
                       "images, instead of a run")
    about.add_argument("--image_size", type=int, default=0, help="of --folders; 0: as the smaller "
                       "of their first images (default: 0)")
    about.add_argument("--output", default="", help="of --folders: where to keep the figures")
    choice.add_options(about)
    given = about.parse_args(argv)
    _at_least(given, samples=2, seed=0, image_size=0)
    if bool(given.folders) == bool(given.run):
        raise UserError("evaluate takes a run, or two folders of images after --folders")
    of_runs, of_folders = given.split != "train" or given.data_dir, given.image_size or given.output
    if of_runs if given.folders else of_folders:
        raise UserError("split and data_dir belong to a run, image_size and output to --folders")
    chosen = choice.options_from(given, choice.FOLDER_METRICS if given.folders else choice.METRICS)
    if given.folders:
        with quiet():
            from commands import evaluate_folders as folders
        return folders.main(*given.folders, image_size=given.image_size, output=given.output,
                            **chosen)
    choice.one_of("split", given.split, SPLITS)
    load_config(given.run)
    with quiet():
        from commands import evaluate
    return evaluate.main(given.run, split=given.split, data_dir=given.data_dir, **chosen)


def _figures(argv):
    about = Parser(prog="main.py figures", description="Draws a figure of the documents; without "
                   "a name it lists them.")
    about.add_argument("name", metavar="NAME", nargs="?", help="a figure, or all")
    about.add_argument("--iterations", type=int, default=0, help="of figures that train; 0: as "
                       "many as each needs (default: 0)")
    about.add_argument("--output", default="runs/figures", help="folder (default: runs/figures)")
    arguments = about.parse_args(argv)
    _at_least(arguments, iterations=0)
    if arguments.name is None:
        return _print_table(("figure", "what it shows"), FIGURES.items())
    if arguments.name != "all":
        FIGURES.find(arguments.name)
    from commands import figures as draw
    return draw.main(**vars(arguments))


def _stylize(argv):
    from commands import style_flags as command
    return command.stylize(argv)


def _texture(argv):
    from commands import style_flags as command
    return command.texture(argv)


def _reproduce(argv):
    about = Parser(prog="main.py reproduce", description="Trains and measures what a table of the "
                   "documents shows, beside its numbers; without a name it lists the tables.")
    about.add_argument("name", metavar="TABLE", nargs="?", help="a table, or all")
    about.add_argument("--scale", default="quick", help="; ".join(
        f"{name}: {scale.about}" for name, scale in REPRODUCTION_SCALES.items())
        + " (default: quick)")
    about.add_argument("--data_dir", default="", help="where the data lie, and weights of LPIPS "
                       "and VGG if there are any")
    about.add_argument("--output", default="runs/reproduce", help="(default: runs/reproduce)")
    about.add_argument("--lpips_net", default="", help=f"{', '.join(choice.LPIPS_NETS)} (default: "
                       "the first whose weights are there)")
    about.add_argument("--lpips_weights", default="", help="as of evaluate")
    about.add_argument("--vgg_weights", default="", help="as of training")
    about.add_argument("--iterations", type=int, default=0, help="of every row; 0: as the scale "
                       "says (default: 0)")
    given = about.parse_args(argv)
    _at_least(given, iterations=0)
    REPRODUCTION_SCALES.find(given.scale)
    choice.one_of("lpips_net", given.lpips_net, choice.LPIPS_NETS)
    if given.name is None:
        return _print_table(("table", "what it shows", "rows"), [
            (name, each.title, ", ".join(row.label for row in each.rows))
            for name, each in TABLES.items()])
    if given.name != "all":
        TABLES.find(given.name)
    from commands import reproduce as command
    return command.main(**vars(given))


def _run_parser(command, description):
    made = Parser(prog=f"main.py {command}", description=description)
    made.add_argument("run", metavar="RUN", help="folder of the run")
    return made


def _at_least(arguments, **lows):
    for name, low in lows.items():
        if getattr(arguments, name) < low:
            raise UserError(f"{name} must be at least {low}, not {getattr(arguments, name)}")


def _print_table(header, rows):
    rows = [header, *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(header))]
    for row in rows:
        cells = (f"{cell:{width}}" for cell, width in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip())


COMMANDS = {"train": _train, "sample": _sample, "walk": _walk, "evaluate": _evaluate,
            "figures": _figures, "reproduce": _reproduce, "stylize": _stylize, "texture": _texture,
            "presets": _presets, "datasets": _datasets}
