"""Time, memory and share of the machine's peak of the training iteration, and how they grow.

    python -m benchmarks.speed                              the published SCoGAN, 32x32, batch 32
    python -m benchmarks.speed --sizes 32,128 --batches 16,32,128 --gan_types gan,cogan,scogan
    python -m benchmarks.speed --presets 5.3-celebsmiling-pl,demo --ways compiled,xla
    python -m benchmarks.speed --growth --domains mnist,svhn,usps
    python -m benchmarks.speed --ways compiled,torch        beside PyTorch: docs/speed.md

Other flags are options of training and go over the preset. Every measurement is a process of its
own, so that its peak memory is its own; the ways take turns (A B A B ...), the matrix product
that is the peak has its turn in every round, and medians are quoted. The columns are explained
in docs/speed.md.
"""

import argparse
import functools
import sys
from typing import NamedTuple

from benchmarks import machine, peer_plan
from benchmarks.measure import WAYS, configured
from benchmarks.mistakes import one_line
from benchmarks.rounds import Found, alternated
from config.kinds import has
from config.options import BY_NAME
from framework.errors import UserError
from nets.architectures import GENERATORS

PRESETS = {                     # an experiment of each kind; its nets are replaced
    "gan": "2.6-digits-dcgan", "cogan": "5.2-mnist2svhn-cogan", "scogan": "5.2-mnist2svhn-slfr",
    "mmd_gan": "binkowski-mnist", "gmmn": "own-gmmn", "drift": "own-drift",
}
NETS = {"32": "digit,digit_small", "128": "face128", "256": "face256"}
DOMAINS = "glyph,glyph_edge,glyph_negative,glyph_rotate"
GROWING = {"batch_size": (16, 32, 64, 128), "width": (0.25, 0.5, 1.0)}


class Case(NamedTuple):
    """What is timed in several ways: a name, and options of training."""

    name: str
    flags: tuple[str, ...]


def cases(args, flags) -> list[Case]:
    """The rows that the command line asks for."""
    if args.presets:
        return [Case(name, ("--preset", name, *flags)) for name in args.presets.split(",")]
    nets = ",".join(NETS[size] for size in args.sizes.split(",")) if args.sizes else args.nets
    return [Case(f"{gan_type} {net} batch {batch}",
                 ("--preset", PRESETS[gan_type], "--generator", net, "--batch_size", batch,
                  *(("--discriminator", net) if has(gan_type, "discriminators") else ()), *flags))
            for gan_type in args.gan_types.split(",") for net in nets.split(",")
            for batch in args.batches.split(",")]


def growing(args, flags) -> dict[str, list[Case]]:
    """For each quantity that grows, a row for each of its values; the rest stays."""
    base = cases(args, flags)[0]
    names = (args.domains or DOMAINS).split(",")
    few = ("--domains", ",".join(names[:2]))
    grown = {option: [Case(str(value), (*base.flags, *few, f"--{option}", str(value)))
                      for value in values] for option, values in GROWING.items()}
    grown["domains"] = [Case(str(count), (*base.flags, "--domains", ",".join(names[:count])))
                        for count in range(2, len(names) + 1)]
    return grown


@functools.cache
def refusal(way: str, case: Case) -> str:
    """Why the case cannot be timed that way; nothing where it can."""
    if any(flag[2:] not in BY_NAME for flag in WAYS[way] if flag.startswith("--")):
        return "its options are not there"
    if way == "torch" and (why := peer_plan.missing(peer_plan.python())):
        return why
    config = configured(way, case.flags)
    if way == "torch":
        return peer_plan.refusal(config)
    plain = has(config.experiment.gan_type, "discriminators") and not (
        config.nets.conditional or config.loss.gradient_scale != "none")
    return "the listings have no such training" if way == "listing" and not plain else ""


def possible(ways: list[str], case: Case) -> list[str]:
    """Those of the ways in which the case can be timed; says why not in the others."""
    refused = {way: refusal(way, case) for way in ways}
    for way, why in refused.items():
        if why:
            print(f"{case.name}: without the way {way}: {why}", flush=True)
    return [way for way in ways if not refused[way]]


def print_ways(case: Case, found: dict[str, Found]):
    """The table of one case."""
    worked = [f for f in found.values() if not f.failure]
    print(f"\n{case.name}: ", end="")
    if worked:
        flop, parts = worked[0].flop, worked[0].each[0]["work"]
        shares = ", ".join(f"{name} {100 * f / flop:.0f} %" for name, f in parts.items() if f)
        print(f"{flop / 1e9:.3g} GFLOP an iteration, "
              f"{100 * (1 - worked[0].useful / flop):.0f} % of them with zeros of the padding\n"
              f"({shares})")
        print(f"{'':9}{'s/iter.':>8}{'min .. max':>18}{'faster':>8}{'torch':>7}{'of peak':>8}"
              f"{'no zeros':>9}{'of cores':>9}{'images/s':>9}{'waiting':>8}{'start':>6}{'MiB':>6}")
    for way, f in found.items():
        if f.failure:
            print(f"{way:9}failed: {f.failure}")
            continue
        seconds = f.middle("seconds")
        faster, torch = (f"{other.times(f):.2f}" if other and not other.failure else "-"
                         for other in (found.get("listing"), found.get("torch")))
        print(f"{way:9}{seconds:>8.3f}{f.span('seconds'):>18}{faster:>8}{torch:>7}"
              f"{100 * f.share(f.flop):>7.0f}%{100 * f.share(f.useful):>8.0f}%"
              f"{100 * f.core_share(f.flop):>8.0f}%{f.each[0]['images'] / seconds:>9.0f}"
              f"{100 * f.middle('waiting'):>7.1f}%{f.middle('start'):>6.1f}"
              f"{f.middle('peak_mib'):>6.0f}")
    print_peaks(worked)


def print_growth(axis: str, found: dict[str, Found]):
    """The table of one quantity that grows; the first row is the unit of the growth."""
    worked = {value: f for value, f in found.items() if not f.failure}
    print(f"\n{axis:>10}{'s/iter.':>10}{'times':>8}{'work':>8}{'of peak':>8}{'of cores':>9}"
          f"{'MiB':>8}")
    for value, f in worked.items():
        first = next(iter(worked.values()))
        print(f"{value:>10}{f.middle('seconds'):>10.3f}"
              f"{f.times(first):>8.2f}{f.flop / first.flop:>8.2f}{100 * f.share(f.flop):>7.0f}%"
              f"{100 * f.core_share(f.flop):>8.0f}%{f.middle('peak_mib'):>8.0f}")
    for value in found.keys() - worked.keys():
        print(f"{value:>10} failed: {found[value].failure}")
    print_peaks(list(worked.values()))


def print_peaks(worked):
    if not worked:
        return
    peaks = worked[0].peaks
    spans = (f"{dtype} {min(p[dtype] for p in peaks):.0f} .. {max(p[dtype] for p in peaks):.0f}"
             for dtype in ("float32", "bfloat16") if dtype in peaks[0])
    print(f"peak, GFLOP/s of a matrix product: {', '.join(spans)}")


def idle(args) -> bool:
    """Says how busy the machine is; whether timings are any good."""
    share = machine.free_share(args.threads)
    print(machine.described(args.threads, share), flush=True)
    return share >= machine.IDLE


def run(args, flags):
    if args.domains and not args.growth:
        flags = [*flags, "--domains", args.domains]
    ways = args.ways.split(",")
    axes = growing(args, flags) if args.growth else {"": cases(args, flags)}
    for case in (case for rows in axes.values() for case in rows):
        if not any(not refusal(way, case) for way in ways):
            raise UserError(f"{case.name} cannot be timed in the ways {args.ways}: "
                            + "; ".join(refusal(way, case) for way in ways))
    busy = not idle(args)
    if busy and args.strict:
        raise UserError("the machine is busy; wait, or leave out --strict")
    if busy:
        print("THE MACHINE IS BUSY: times are too long, and only their quotients mean something")
    print(f"medians of {args.rounds} alternated rounds of {args.seconds:g} s", flush=True)
    for axis, rows in axes.items():
        if args.growth:
            runs = {case.name: (ways[0], case.flags) for case in rows}
            print_growth(axis, alternated(runs, args.rounds, args.seconds, args.threads))
            continue
        for case in rows:
            runs = {way: (way, case.flags) for way in possible(ways, case)}
            print_ways(case, alternated(runs, args.rounds, args.seconds, args.threads))
    print()
    idle(args)


def parsed(argv):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", allow_abbrev=False,
                                     description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--gan_types", default="scogan", help=f"of {', '.join(PRESETS)}")
    parser.add_argument("--nets", default="digit_small", help=f"of {', '.join(GENERATORS)}")
    parser.add_argument("--sizes", default="", help="instead of nets: the published ones of 32, "
                        "128 or 256 pixels")
    parser.add_argument("--batches", default="32", help="batch sizes")
    parser.add_argument("--presets", default="", help="instead of all these: presets as they are")
    parser.add_argument("--ways", default="compiled,bfloat16,eager,listing",
                        help=f"of {', '.join(WAYS)}")
    parser.add_argument("--growth", action="store_true", help="growth of time with the batch, "
                        "the width and the number of domains, in the first of the ways")
    parser.add_argument("--domains", default="", help="as of training; what --growth adds one by "
                        f"one (default there: {DOMAINS})")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2, help="least time of a measurement")
    parser.add_argument("--threads", type=int, default=machine.cores())
    parser.add_argument("--strict", action="store_true", help="refuse to start on a busy machine")
    args, flags = parser.parse_known_args(argv)
    for name, known in (("gan_types", PRESETS), ("sizes", NETS), ("ways", WAYS)):
        for value in getattr(args, name).split(","):
            if value and value not in known:
                raise UserError(f"--{name}: {value!r} is none of {', '.join(known)}")
    return args, flags


def main(argv):
    with one_line():
        run(*parsed(argv))


if __name__ == "__main__":
    main(sys.argv[1:])
