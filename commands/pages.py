"""What the program says of itself: `--help`, `--help all` and `--version`."""

from argparse import SUPPRESS
from collections.abc import Iterable, Mapping
from dataclasses import replace
from textwrap import indent, shorten

from commands.registry import COMMANDS, about, first_sentence, help_of
from config.applicable import serving
from config.options import BY_NAME, OPTIONS
from config.presets import load_preset
from config.resolve import training_parser
from framework.command_line import Parser, parser, spelled
from framework.environment import versions
from framework.errors import unknown
from framework.extensions import load_extensions
from framework.text import text_table
from framework.version import VERSION

SENTENCE = """\
SCoGAN trains generative adversarial networks that learn what several domains of images have in
common, from images that come in no pairs."""
EXAMPLES = (
    ("--preset demo", "train the demo, in runs/demo"),
    ("--gan_type scogan --dataset folder:CATS,DOGS", "two folders of your own"),
    ("--preset 5.2-mnist2svhn-slfr --iterations 2000", "a preset, one option changed"),
    ("--run runs/demo --iterations 4000", "continue a run, and longer"),
    ("sample runs/demo --count 60", "draw from a run"),
    ("evaluate runs/demo", "measure a run"),
    ("translate runs/demo IMAGES", "your images in the other domains"))
MOST = 81                       # characters about a command, so that it fits in its line
USAGE = """\
python main.py [train] --gan_type KIND --dataset NAME [OPTION ...]
       python main.py [train] --preset NAME [OPTION ...]
       python main.py [train] --run RUN"""
LAST = """\
python main.py COMMAND --help prints the options of a command, and --version the versions.
python main.py --help all prints every option; beside --gan_type or --preset those of that kind."""


def page(argv: list[str]) -> str | None:
    """The page that the words `argv` ask for; None where they ask for a command.

    Raises UserError for a page, a kind of training or a preset that is not there.
    """
    load_extensions()
    first = argv[0] if argv else "help"
    if first == "--version":
        return _versions()
    words = ["--help", *argv[1:]] if first == "help" else argv[first == "train":]
    if not words[:1] or not words[0].startswith("-"):
        return None
    asked = _asked(words)
    topic = asked.get("help")
    if topic is None:
        return None
    if topic == "all" or first == "train":
        return _every_option(_kind(asked) if topic else "")
    if topic:
        return _of_command(topic)
    return _short()


def _asked(words: list[str]) -> Mapping[str, str]:
    """What stands beside --help, --gan_type and --preset."""
    few = Parser(argument_default=SUPPRESS, add_help=False)
    few.add_argument("-h", "--help", nargs="?", const="")
    few.add_argument("--gan_type")
    few.add_argument("--preset")
    return vars(few.parse_known_args(words)[0])


def _short() -> str:
    common = [replace(option, group="") for option in OPTIONS if option.common]
    options = parser(common, usage=SUPPRESS, add_help=False).format_help().partition("\n")[2]
    return "\n\n".join((SENTENCE, "examples:\n" + _table(
        (f"python main.py {words}", what) for words, what in EXAMPLES),
        "commands:\n" + _table((name, shorten(first_sentence(name), MOST, placeholder=" ..."))
                               for name in COMMANDS),
        f"options of training that most people use, of {len(OPTIONS)}:\n{options.rstrip()}",
        LAST)) + "\n"


def _table(rows: Iterable[tuple[str, str]]) -> str:
    first, *rest = rows
    return indent(text_table(first, rest), "  ")


def _every_option(kind: str) -> str:
    said = about(COMMANDS["train"])
    if kind:
        said += (f" These are the options that mean something for --gan_type {kind}; --help all "
                 "alone prints every one.")
    return training_parser(serving(kind) if kind else OPTIONS, prog="main.py", usage=USAGE,
                           description=said).format_help()


def _kind(asked: Mapping[str, str]) -> str:
    """The kind of training that is named, itself or by a preset; empty where none is."""
    kinds = BY_NAME["gan_type"]
    if "gan_type" in asked:
        return kinds.check(asked["gan_type"])
    if asked.get("preset", "") in ("", "none"):
        return ""
    return load_preset(asked["preset"]).values.get("gan_type", kinds.default)


def _of_command(name: str) -> str:
    command = spelled(name, COMMANDS)
    if command not in COMMANDS:
        raise unknown("help", name, ["all", *COMMANDS])
    return help_of(command)


def _versions() -> str:
    return "\n".join(f"{name} {version or 'is not installed'}" for name, version in
                     {"scogan": VERSION, **versions()}.items()) + "\n"
