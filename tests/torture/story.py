"""A story: a few faults that befall one run, and what it comes to in the end.

Every run ends as the unbroken one did: in all variables of its last checkpoint, in losses.csv and
the plot of it, in the pictures and in the nets that are exported.
"""

import itertools
import json
import os
import shutil
import signal
import time
from collections.abc import Collection
from pathlib import Path
from random import Random
from typing import NamedTuple

from tests.torture import calls, compare, kinds, zygote
from tests.torture.damage import FOLDERS, WAYS, checkpoints, contents, damage, put_back, vanish

SIGNALS = {"kill -9": signal.SIGKILL, "SIGTERM": signal.SIGTERM, "Ctrl-C": signal.SIGINT,
           "Ctrl-C twice": signal.SIGINT}
# fault -> how often it is drawn among the others
WEIGHTS = {"kill -9": 28, "SIGTERM": 9, "Ctrl-C": 9, "Ctrl-C twice": 8, "no space": 12,
           "file limit": 8, **dict.fromkeys(WAYS, 4), "all damaged": 4, "vanished": 6}
FAULTS = tuple(WEIGHTS)
LONGEST_LINE = 320
MOST_FAULTS = 5                 # of one story
LITTER = ".new-*"


class Failure(Exception):
    """Something did not go as it must."""


class Reference(NamedTuple):
    """The unbroken run of a kind: its digests, the seconds and file calls that it took, and the
    size of its largest file."""

    digests: dict[str, str]
    seconds: float
    calls: int
    largest: int


class Place(NamedTuple):
    """The folder of all runs, with what the kinds of training need."""

    folder: Path

    def words(self, kind: str, run: Path) -> list[str]:
        """The command line of `kind`, in the folder `run`."""
        return [*kinds.words(kind, pictures=str(self.folder),
                             classifier=str(self.folder / "classifier/models/classifier.keras")),
                "--run", str(run)]

    def reference(self, kind: str) -> Reference:
        """The unbroken run of the kind, read from the folder."""
        return Reference(**json.loads((self.folder / f"{kind}.json").read_text()))

    def make_reference(self, kind: str) -> None:
        """Trains the unbroken run of a kind. Raises Failure where that fails."""
        run = self.folder / kind
        ended = zygote.child(calls.counted, run, zygote.train, self.words(kind, run))
        if ended.status != 0:
            raise Failure(f"the unbroken run of {kind} ended with {ended.status}: {ended.text}")
        found = Reference(digests_of(run), ended.seconds,
                          int(run.with_suffix(".calls").read_text()),
                          max(map(len, contents(run).values())))
        (self.folder / f"{kind}.json").write_text(json.dumps(found._asdict()))


def digests_of(run: Path) -> dict[str, str]:
    """Digests of a finished run, found in a child."""
    output = run.with_suffix(".digests")
    ended = zygote.child(compare.write_digests, run, kinds.ITERATIONS, output)
    if ended.status != 0:
        raise Failure(f"the finished run cannot be read: {ended.text[-600:]}")
    return json.loads(output.read_text())


class Story:
    """Faults that befall one run; the same for (kind, seed), as far as clocks allow.

    faults: those to draw from. exact: signals come before a call, and no clock is asked.
    happened: the names of the faults that came to pass. log: what was done, line by line.
    """

    def __init__(self, place: Place, kind: str, seed: str, faults: Collection[str] = FAULTS,
                 exact: bool = False):
        self.place, self.kind, self.random, self.exact = place, kind, Random(seed), exact
        weights = [WEIGHTS[fault] for fault in faults]
        self.faults = self.random.choices(list(faults), weights,
                                          k=self.random.randint(1, MOST_FAULTS))
        self.folder = place.folder / f"story {seed}"
        self.run, self.reference = self.folder / "run", place.reference(kind)
        self.happened: list[str] = []
        self.excused: set[str] = set()
        self.log = [f"kind: {kind}; seed: {seed}; faults: {', '.join(self.faults)}"]

    def tell(self) -> str:
        """Lets all faults happen and resumes to the end; what failed, empty for nothing. The
        folder is kept where something failed."""
        self.folder.mkdir()
        fault = ""
        try:
            for fault in self.faults:
                self.befall(fault)
            fault = ""
            self.check_end(self.train("to the end"))
        except Failure as failure:
            self.log.append(f"FAILED: {failure}")
            (self.folder / "story.txt").write_text("\n".join(self.log) + "\n")
            return f"{fault or 'the end'}: {failure}"
        shutil.rmtree(self.folder)
        return ""

    def befall(self, fault: str) -> None:
        """One fault, and what must come of it at once."""
        if fault in SIGNALS:
            came = self.signalled(fault)
        elif fault in ("no space", "file limit"):
            came = self.refused(fault)
        elif fault == "vanished":
            came = self.vanished()
        elif fault == "all damaged":
            came = self.all_damaged()
        else:
            came = self.newest_damaged(fault)
        if came:
            self.happened.append(fault)

    # What befalls a run while it trains.

    def signalled(self, fault: str) -> bool:
        """A signal, or two, at a random moment; whether it found the training alive."""
        number, times = SIGNALS[fault], 1 + (fault == "Ctrl-C twice")
        pause = self.random.choice((0.0, 0.001, 0.01, 0.05, 0.3))
        how = self.random.choice(("moment", "moment", "checkpoint", "call"))
        if self.exact or how == "call":
            at = self.random_call()
            ended = self.train(f"{fault} at call {at}", calls.signalled, at, number, times, pause)
            came = calls.landed(self.run).exists()
        else:
            when = self.at_moment() if how == "moment" else self.at_checkpoint()

            def send(pid, age):
                if not when(age):
                    return False
                for _ in range(times):
                    os.kill(pid, number)
                    time.sleep(pause)
                return True
            ended = self.train(f"{fault} at a {how}", sender=send)
            came = ended.sent
        if fault == "kill -9":
            self.expect(ended, -number, 0)
        else:
            self.expect(ended, 0, 130, 143, *([-number] if fault == "SIGTERM" else []))
        return came

    def refused(self, fault: str) -> bool:
        """A full disk: from the operating system by a limit, or before one call."""
        if fault == "file limit":
            size = self.random.randrange(1, self.reference.largest)
            ended = self.train(f"no file over {size} bytes", calls.limited, size)
            came = ended.status != 0
        else:
            at, lasting = self.random_call(), self.random.random() < 0.5
            ended = self.train(f"no space {'from' if lasting else 'at'} call {at}",
                               calls.refused, at, lasting)
            came = calls.landed(self.run).exists()
        self.expect(ended, *((2,) if came else (0,)))
        return came

    def vanished(self) -> bool:
        """A folder of the run vanishes, at rest or under its feet."""
        folder, live = self.random.choice(FOLDERS), self.random.random() < 0.5
        came = (self.run / folder).is_dir()
        if self.exact or not live:
            self.log.append(f"{folder}/ removed")
            self.remove(folder)
            return came
        when = self.at_moment()

        def take_away(pid, age):
            nonlocal came
            if when(age):
                came = (self.run / folder).is_dir()
                self.remove(folder)
            return when(age)
        self.expect(self.train(f"{folder}/ removed at a moment", sender=take_away), 0, 2)
        return came

    def remove(self, folder: str) -> None:
        """Removes a folder; what pictures lay there are no longer asked for."""
        if folder == "samples":
            newest = next(iter(checkpoints(self.run)), 0) + kinds.CHECKPOINT_EVERY
            self.excused |= {f"samples/{n:06d}.png" for n in range(newest + 1)}
        vanish(self.run, folder)

    # What befalls it at rest.

    def newest_damaged(self, way: str) -> bool:
        """The newest checkpoint is damaged: the one before is taken, with one line."""
        self.stop_with_two()
        newest, *_ = checkpoints(self.run)
        self.log.append(damage(self.run, newest, way, self.random))
        asked = min(kinds.ITERATIONS, newest + kinds.CHECKPOINT_EVERY)
        ended = self.train("on from the one before", iterations=asked)
        self.expect(ended, 0)
        said = [line for line in ended.text.splitlines() if "passed over" in line]
        if len(said) != 1 and way != "flipped":     # a bit may mean nothing
            raise Failure(f"the damage was passed over with {len(said)} lines: {said}")
        return True

    def all_damaged(self) -> bool:
        """All checkpoints are damaged: one line, and nothing is touched."""
        self.stop_with_two()
        whole = contents(self.run)
        ways = [way for way in WAYS if way != "flipped"]
        for iteration in checkpoints(self.run):
            self.log.append(damage(self.run, iteration, self.random.choice(ways), self.random))
        before, asked = contents(self.run), json.loads(whole["config.json"])["iterations"]
        self.expect(self.train("with no whole checkpoint", iterations=asked), 2)
        after = contents(self.run)
        touched = [name for name in before | after if before.get(name) != after.get(name)
                   and not Path(name).name.startswith(LITTER[:-1])]         # that is swept
        if touched:
            raise Failure(f"touched without a whole checkpoint: {touched}")
        put_back(self.run, whole, "checkpoints")
        return True

    def stop_with_two(self) -> None:
        """Brings the run to rest with two checkpoints, at least."""
        most = kinds.ITERATIONS
        for asked in itertools.chain([self.random.choice((most // 2, most * 3 // 4))], [most]):
            if len(checkpoints(self.run)) < 2:
                self.expect(self.train(f"to {asked}", iterations=asked), 0, 2)
        if len(checkpoints(self.run)) < 2:
            raise Failure("there are no two checkpoints")

    # How it is run and what is looked at.

    def train(self, what: str, fault=None, *arguments, sender=None,
              iterations: int = kinds.ITERATIONS) -> zygote.Ended:
        """The command of the run, in a child, with one fault."""
        calls.landed(self.run).unlink(missing_ok=True)
        words = [*self.place.words(self.kind, self.run), "--iterations", str(iterations)]
        if fault:
            ended = zygote.child(fault, self.run, zygote.train, words, *arguments, sender=sender)
        else:
            ended = zygote.child(zygote.train, words, sender=sender)
        self.log += [f"{what}: status {ended.status} after {ended.seconds:.2f} s, checkpoints "
                     f"{checkpoints(self.run)}", *("    " + line for line in
                                                   ended.text.splitlines() if line.strip())]
        return ended

    def expect(self, ended: zygote.Ended, *statuses: int) -> None:
        """Raises Failure for another status, for a traceback, or for a mistake that is not said
        in one line."""
        if ended.status is None:
            raise Failure(f"hung for {zygote.LIMIT} s")
        for sign in ("Traceback", "Exception ignored", "Fatal Python error"):
            if sign in ended.text:
                raise Failure(f"{sign}: {ended.text.strip().splitlines()[-1][:200]}")
        if ended.status not in statuses:
            raise Failure(f"status {ended.status}, not {' or '.join(map(str, statuses))}")
        said = [line for line in ended.text.splitlines() if line.startswith("scogan: error:")]
        if len(said) != (ended.status == 2):
            raise Failure(f"{len(said)} lines of a mistake with status {ended.status}")
        if said and len(said[0]) > LONGEST_LINE:
            raise Failure(f"a line of {len(said[0])} characters")

    def check_end(self, ended: zygote.Ended) -> None:
        """Raises Failure unless the run came to what the unbroken one did."""
        self.expect(ended, 0)
        apart = compare.differences(self.reference.digests, digests_of(self.run), self.excused)
        if apart:
            raise Failure(f"{len(apart)} differences from the unbroken run: "
                          f"{'; '.join(apart[:3])}")
        if left := [str(path.relative_to(self.run)) for path in self.run.rglob(LITTER)]:
            raise Failure(f"left over: {', '.join(left)}")

    def left_to_do(self) -> float:
        """About which share of the training is yet to be done."""
        return 1 - 0.6 * next(iter(checkpoints(self.run)), 0) / kinds.ITERATIONS

    def random_call(self) -> int:
        """The number of one of the file calls to come."""
        return self.random.randint(1, max(4, int(self.reference.calls * self.left_to_do())))

    def at_moment(self):
        """A function of the age in seconds: whether a random moment has come."""
        moment = self.random.uniform(0, self.reference.seconds * self.left_to_do())
        return lambda age: age >= moment

    def at_checkpoint(self):
        """The same for a moment at which the files of a checkpoint are being written."""
        wanted, pause = self.random.randint(1, 3), self.random.choice((0, 0, 0.002, 0.01))
        seen, folder = set(), self.run / "checkpoints"

        def now(age):
            try:
                names = {name for name in os.listdir(folder) if name.startswith(".new-checkpoint")}
            except FileNotFoundError:
                return False
            if names and not seen & names:
                seen.clear()
                now.count += 1
            seen.update(names)
            if now.count >= wanted:
                time.sleep(pause)
                return True
            return False
        now.count = 0
        return now
