"""`main.py edit RUN`: images changed by moving their latents, the same change in every domain."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from data.decode import decode
from data.domain import Domain
from data.folders import crop_square
from framework.errors import UserError
from framework.grid import GREY, check_grid, enlargement, image_grid
from framework.pixels import to_unit
from framework.plots import save_png
from trainers.classifier import frozen_classifier, labelled_domains, predict_logits
from trainers.directions import Readings, read, usual
from trainers.domains import load_domains
from trainers.latent_search import LatentSearch, StrokeSearch
from trainers.restore import Sampler, finite
from trainers.translate import domain_number

EXEMPLARS = 3                   # latents of a mean (Radford et al. 2016, figure 7)


def main(run: str, *, direction: str = "", plus: Sequence[str] = (), minus: Sequence[str] = (),
         strokes: str = "", image: str = "", domain: str = "", classifier: str = "",
         strength: float = 1.5, rows: int = 6, columns: int = 9, count: int = 5000,
         iterations: int = 200, seed: int = 1, output: str = "") -> None:
    """Draws one of three edits in every domain and writes it as PNG to `output`.

    direction: a concept (`trainers.directions`); `rows` latents, or that of the `image`, move
    along it from -strength to strength in `columns` steps. plus, minus: concepts whose mean
    latents are added and subtracted. strokes: a picture of which only what is opaque counts; the
    `columns` latents whose images in `domain` are nearest to it, or that of the `image` moved
    towards it. domain: that of the strokes and of the image. classifier: a file, in place of one
    that learns the run's labels. count: latents that it reads. Raises UserError for none or
    several of the edits, and where run, names and files do not fit each other.
    """
    asked = [name for name, given in (("direction", direction), ("plus", plus or minus),
                                      ("strokes", strokes)) if given]
    if len(asked) != 1:
        raise UserError("edit takes one of --direction, --plus and --minus, --strokes; here "
                        f"{'none is' if not asked else ' and '.join(asked) + ' are'} given")
    path = Path(output or Path(run) / f"edit-{asked[0]}.png")
    if path.suffix.lower() != ".png":
        raise UserError(f"--output {output}: the picture is a .png")
    if image and plus:
        raise UserError("plus and minus make images of their own; leave out --image")
    sampler = Sampler(run)
    if len(sampler.image_shape) != 3:
        raise UserError(f"{run} draws 2-D points; edit needs images")
    across = {"direction": columns, "plus": len(plus) + len(minus) + 1, "strokes": columns + 1}
    down = 1 if strokes or image else rows
    check_grid(across[asked[0]] * down, across[asked[0]], sampler.image_shape,
               len(sampler.domains), "lower --rows or --columns")
    k = domain_number(sampler, domain) if domain else 0
    start = image_inputs(sampler, k, image, iterations, seed) if image else None
    if strokes:
        given = read_strokes(strokes, sampler.image_shape[0])
        inputs, apart = StrokeSearch(sampler, k, columns, iterations, seed)(given, start)
        draw_strokes(sampler, path, given, inputs)
        print(f"{path}: the {len(inputs)} nearest of {sampler.domains[k]}, which differ by "
              f"{127.5 * apart.min():.0f} to {127.5 * apart.max():.0f} of 255 under the strokes")
        return
    readings = readings_of(sampler, classifier, count, seed)
    if direction:
        rows = 1 if image else rows
        begin = np.asarray(sampler.inputs(rows, seed)) if start is None else start
        images = along(sampler, begin, readings.direction(direction),
                       np.linspace(-strength, strength, columns))
        write(sampler, path, images, columns)
        print(f"{path}: {rows} latents moved along {direction}, from -{strength:g} to "
              f"{strength:g}; the middle column is as it was")
        return
    images, columns = arithmetic(sampler, readings, plus, minus, rows)
    write(sampler, path, images, columns)
    shown = " + ".join(plus) + "".join(f" - {name}" for name in minus)
    print(f"{path}: {shown}; each row the means of {EXEMPLARS} other latents, their sum last")


def image_inputs(sampler: Sampler, k: int, place: str, iterations: int, seed: int) -> np.ndarray:
    """What the generator of domain k reads to draw the image in the file `place`, [1, D]."""
    given = to_unit(crop_square(decode(Path(place)), sampler.image_shape[0])[None])
    found = LatentSearch(sampler, k, iterations=iterations, seed=seed)(given)
    print(f"{place}: {100 * found.unmatched[0]:.0f} % of it unmatched")
    return found.inputs


def readings_of(sampler: Sampler, classifier: str, count: int, seed: int) -> Readings:
    """What a frozen classifier reads in the images of `count` latents. It learned the run's
    labelled domains, from the cache or now, or is in the file `classifier`. Raises UserError
    where there is neither."""
    config, domains = sampler.config, load_domains(sampler.config)
    known = labelled_domains(domains)
    if not (known or classifier):
        raise UserError(f"the data of {sampler.path} have no labels that a direction could be "
                        "known by; give a --classifier")
    model = frozen_classifier(config.with_options(classifier_path=classifier), domains,
                              partial(load_domains, config, "test"))
    read_in = [k for k, d in enumerate(domains) if d.labels is not None] or range(len(domains))
    names = names_of((known or domains)[0], model.output_shape[-1])
    inputs = np.asarray(sampler.inputs(count, seed + 1))
    return read(lambda z: finite(sampler.draw(z)), inputs, partial(predict_logits, model), read_in,
                names, bool(known and known[0].attributes))


def names_of(domain: Domain, classes: int) -> Sequence[str]:
    """The attributes of a domain, or the numbers of its classes."""
    return domain.attributes or [str(k) for k in range(classes)]


def along(sampler: Sampler, inputs: np.ndarray, direction: np.ndarray,
          steps: np.ndarray) -> list[np.ndarray]:
    """K arrays [R * T, H, W, C]: each of the inputs [R, D] moved by each of T steps."""
    moved = inputs[:, None] + steps[:, None] * direction
    return draw_usual(sampler, moved.reshape(-1, inputs.shape[1]))


def arithmetic(sampler: Sampler, readings: Readings, plus: Sequence[str], minus: Sequence[str],
               rows: int) -> tuple[list[np.ndarray], int]:
    """K arrays [rows * T, H, W, C] of the means of T - 1 concepts and of their signed sum, and
    T."""
    terms = [readings.means(name, rows, EXEMPLARS) for name in (*plus, *minus)]
    signs = [1] * len(plus) + [-1] * len(minus)
    total = np.sum([sign * term for sign, term in zip(signs, terms, strict=True)], 0)
    shown = np.stack([*terms, total], 1)
    return draw_usual(sampler, shown.reshape(-1, shown.shape[-1])), len(terms) + 1


def draw_usual(sampler: Sampler, inputs: np.ndarray) -> list[np.ndarray]:
    """What all domains draw of inputs [N, D] that are brought back to where they were trained."""
    training = sampler.config.training
    return finite(sampler.draw(usual(inputs, training.latent, training.latent_dim)))


def read_strokes(place: str, side: int) -> np.ndarray:
    """The picture in the file `place`, float32 [side, side, 4]: colours in [-1, 1], and how much
    each pixel counts, in [0, 1]. Raises UserError where nothing or everything is opaque."""
    decode(Path(place))                                 # refuses what is broken, in one line
    with Image.open(place) as picture:
        pixels = np.asarray(picture.convert("RGBA"))
    colours, counts = crop_square(pixels[..., :3], side), crop_square(
        pixels[..., 3:].repeat(3, -1), side)[..., :1] / 255
    if counts.max() == 0 or counts.min() == 1:
        raise UserError(f"{place} is {'opaque' if counts.max() else 'transparent'} everywhere; "
                        "strokes are what is opaque in a transparent picture")
    return np.concatenate([to_unit(colours), counts], -1).astype("float32")


def draw_strokes(sampler: Sampler, path: Path, given: np.ndarray, inputs: np.ndarray) -> None:
    """The strokes over grey, and beside them what was found, in every domain."""
    over_grey = given[..., :3] * given[..., 3:] + (GREY / 127.5 - 1) * (1 - given[..., 3:])
    images = [np.concatenate([over_grey[None], x]) for x in finite(sampler.draw(inputs))]
    write(sampler, path, images, len(inputs) + 1)


def write(sampler: Sampler, path: Path, images: Sequence[np.ndarray], columns: int) -> None:
    """Writes the domains' images below each other."""
    names = sampler.domains if len(images) > 1 else ()
    save_png(path, image_grid(images, columns, enlargement(sampler.image_shape[0]),
                              layout="pairs", names=names))
