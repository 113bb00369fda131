"""What data.checkup found in words: what to know before training."""

import shlex
from collections.abc import Sequence

import numpy as np

from data.checkup import Checked, shared
from data.domain import Domain
from data.findings import Shared, grey_share, looks_of, percent
from data.folders import MAX_BROKEN_SHARE
from framework.errors import one_line

FEW = 200                       # images of a domain below which it is learned by heart
AUGMENT = "--augment color,translation"
BLANK_CONTRAST = 2              # levels of brightness by which an image is one even area
SHARE_SMALL = 0.01              # of images that are smaller than asked for
SHARE_REPEATED = 0.05
SHARE_GREY = 0.9
SHARE_CUT = 0.25                # of the area of the median image
TIMES_MORE, TIMES_LARGER = 4, 4  # images than in another domain; the side of the largest image


def few_images(domains: Sequence[Domain], dataset: str, data_dir: str = "",
               limit: int = 0) -> str:
    """One line where a domain has few images, which `limit` did not leave of more, and the command
    that tells more; else nothing. dataset: as `check` takes it."""
    few = [f"{d.name} has {len(d)}" for d in domains if len(d) < FEW and len(d) != limit]
    if not few:
        return ""
    words = shlex.join(["check", dataset, *(["--data_dir", data_dir] if data_dir else [])])
    return one_line(f"few images ({', '.join(few)}): python main.py {words} tells more")


def remarks(domains: Sequence[Checked], size: int, common: Shared | None = None) -> list[str]:
    """What to know before training at `size` pixels, a line each; none where all is well.

    common: what data.checkup.shared finds, by default found here."""
    found = [line for d in domains for line in (*_of_files(d), *_of_sizes(d, size),
                                                *_of_pictures(d), *_of_repeats(d))]
    most, least = (choose(domains, key=lambda d: d.train.total) for choose in (max, min))
    if most.train.total >= TIMES_MORE * max(1, least.train.total):
        found.append(f"{most.name} has {most.train.total / max(1, least.train.total):.0f} times as "
                     f"many images as {least.name}, whose images come so much more often and are "
                     f"learned by heart first: find more of them, or {AUGMENT}")
    for (k, j), matches in (shared(domains) if common is None else common).items():
        if count := len(matches.same) + len(matches.alike):
            found.append(f"{_images(count)} of {domains[j].name} {_are(count)} in "
                         f"{domains[k].name} too ({len(matches.same)} the same, "
                         f"{len(matches.alike)} alike): a discriminator cannot tell such apart")
    return [one_line(line) for line in found]


def _of_files(d: Checked) -> list[str]:
    found = []
    for what, split in (("images", d.train), ("held-out images", d.held_out)):
        looked = len(split.images)
        if looked < split.total:
            found.append(f"{d.name}: {looked} of {split.total} {what} were looked at; --limit "
                         "raises that")
        if broken := len(split.unreadable):
            stops = (f"; training stops where more than {percent(MAX_BROKEN_SHARE)} are broken"
                     if broken > MAX_BROKEN_SHARE * looked else
                     "; training puts other images in their place")
            found.append(f"{d.name}: {broken} of {looked} {what} cannot be read{stops}: mend or "
                         "remove them")
    if d.train.total < FEW:
        found.append(f"{d.name}: {_images(d.train.total)} {_are(d.train.total)} few and soon "
                     f"learned by heart: {AUGMENT}")
    if d.held_out.remark:
        found.append(f"{d.name}: no image is held out to measure with: {d.held_out.remark}")
    if d.pruned:
        found.append(f"{d.name}: training leaves out what a classifier is not sure of")
    return found


def _of_sizes(d: Checked, size: int) -> list[str]:
    looks, found = looks_of(d), []
    if not d.train.kinds or not any(d.train.kinds.values()):
        return []
    short = np.array([min(look.height, look.width) for look in looks])
    long = np.array([max(look.height, look.width) for look in looks])
    if (small := int((short < size).sum())) > SHARE_SMALL * len(looks):
        found.append(f"{d.name}: {_images(small)} of {len(looks)} {_are(small)} smaller than "
                     f"--image_size {size} and would be blurred: a smaller --image_size, or "
                     "larger images")
    cut = float(np.median(1 - short / long))
    if d.cropped and cut > SHARE_CUT:
        found.append(f"{d.name}: the crop to the central square cuts away {percent(cut)} of the "
                     "median image: look at the contact sheet (--output FOLDER), crop by hand "
                     "where it cuts off what matters")
    if short.max() >= TIMES_LARGER * short.min():
        found.append(f"{d.name}: the shorter sides run from {short.min()} to {short.max()} pixels: "
                     "small and large images differ in sharpness, which a discriminator sees")
    return found


def _of_pictures(d: Checked) -> list[str]:
    looks, found = looks_of(d), []
    grey = grey_share(looks)
    if grey >= SHARE_GREY:
        found.append(f"{d.name}: {percent(grey)} of the images have no colour: right only where "
                     "they should have none")
    if blank := sum(look.contrast < BLANK_CONTRAST for look in looks):
        found.append(f"{d.name}: {_images(blank)} {_are(blank)} one even area")
    return found


def _of_repeats(d: Checked) -> list[str]:
    found, looks = [], looks_of(d)
    same, alike = len(d.repeated.same), len(d.repeated.alike)
    if looks and same + alike > SHARE_REPEATED * len(looks):
        share = percent((same + alike) / len(looks))
        found.append(f"{d.name}: {share} of the images repeat others ({same} the same, {alike} "
                     "alike), which then count twice: remove them")
    same, alike = len(d.leaked.same), len(d.leaked.alike)
    if same or alike > SHARE_REPEATED * len(d.held_out.looks):
        found.append(f"{d.name}: {same + alike} of {len(d.held_out.looks)} held-out images "
                     f"{_are(same + alike)} among the training images ({same} the same, {alike} "
                     "alike): figures of held-out images would flatter")
    return found


def _images(count: int) -> str:
    return f"{count} {'image' if count == 1 else 'images'}"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
