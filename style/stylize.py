"""`main.py stylize`: draws images, folders of them and films in the styles of other images."""

import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from tqdm import tqdm

from data import folders
from framework.errors import UserError
from framework.pixels import to_uint8, to_unit
from framework.progress import progress
from framework.quiet import import_tensorflow
from framework.registry import accepts
from nets.swap import check_activation_size, check_patches
from nets.vgg import RANDOM, check_weights, layers_of
from style import colors, curve, images, video
from style.areas import mask_files, read_areas
from style.features import RGB, layer_size
from style.films import STEADY, draw_film, stamp
from style.join import join
from style.methods import METHODS, film_options

LAYER_OPTIONS = ("layer", "content_layers", "style_layers")


class Drawn(NamedTuple):
    """A result that is written: the content's file, the indices of its styles, the output file,
    and the loss after each step, which is empty for methods without steps and for films."""

    content: Path
    styles: tuple[int, ...]
    output: Path
    losses: list[float]


class Job(NamedTuple):
    """One result to make: the content's file, the indices of its styles and the output file."""

    content: Path
    styles: tuple[int, ...]
    output: Path


def main(content: str, styles: list[str], *, output: str, method: str,
         content_size: int | None = None, style_size: int | None = None, keep_colors: str = "",
         compare: str = "", curve_file: str = "", overwrite: bool = False,
         steady: float | None = None, **options: Any) -> list[Drawn]:
    """Draws `content`, an image, a folder of images or a film, in each of the `styles`; a method
    that mixes styles draws it once, in all of them. Returns what was written.

    output: a file of the same kind, or a folder if the content is one, with the same folders in it.
    With several styles each has a file of its own, named after it. content_size, style_size: see
    `style.images.read`. keep_colors: of `style.colors.COLOR_METHODS`, or "". compare: a file for
    content, styles and results side by side. curve_file: .png or .csv of the loss. overwrite:
    whether files that exist are replaced. steady: of films, see `style.films`; None for STEADY.
    options: those of the method.
    Raises UserError before anything is written or trained, also for an option that the method
    does not have.
    """
    draw, film = METHODS.find(method), video.is_video(content)
    if film:
        options = {**film_options(method), **options}
    check_options(method, draw, options)
    mixes = accepts(draw, "mix") and settings_of(draw, options)["mix"] != ()
    if not styles and not options.get("random_styles"):
        raise UserError("name a style image after the content")
    if "mix" in options and len(options["mix"]) != len(styles):
        raise UserError(f"{len(options['mix'])} weights do not mix {len(styles)} styles")
    if keep_colors == "luminance" and {"random_styles", "grid"} & set(options):
        raise UserError("random_styles and grid make several images of one, whose luminance cannot "
                        "be put on the content; use --keep_colors coral")
    jobs = plan_jobs(Path(content), styles, Path(output), mixes, film)
    for path in (compare, curve_file if curve.is_picture(curve_file) else ""):
        if path:
            images.check_image_output(path)
    if (compare or curve_file) and film:
        raise UserError("compare and curve are of images; the content is a film")
    if steady is not None and not film:
        raise UserError("steady is of films; the content is none")
    if curve_file and (len(jobs) > 1 or not accepts(draw, "progress")):
        raise UserError("a curve is of one image in one style by a method that takes steps: "
                        f"{', '.join(n for n, m in METHODS.items() if accepts(m, 'progress'))}")
    curve.check_curve_output(curve_file)
    masks = options.get("content_mask", ""), options.get("style_mask", "")
    images.check_free([*(job.output for job in jobs), compare, curve_file],
                      [*(job.content for job in jobs), *styles, *mask_files(*masks)], overwrite)
    read_areas(*masks, len(styles))
    drawn_in = [images.read(path, style_size) for path in styles]
    for image in drawn_in:
        _check_fits("style", image, draw, options)
    styled = _keep_colors(draw, keep_colors, options)
    if film:
        made_by = {"content": content, "method": method, "content_size": content_size,
                   "style_size": style_size, "keep_colors": keep_colors, **options}
        return _draw_films(jobs, styles, drawn_in, styled, content_size, draw, options,
                           STEADY if steady is None else steady, made_by)
    return _draw_images(jobs, drawn_in, styled, content_size, draw, options, compare, curve_file)


def check_options(method: str, draw: Callable, options: Mapping[str, Any]) -> None:
    """Raises UserError for an option that the method does not have, for patches that leave gaps
    and for weights that lack a layer. draw: the function of the method."""
    for name in options:
        if not accepts(draw, name):
            raise UserError(f"{name} means nothing to the method {method}; it belongs to "
                            f"{', '.join(n for n, m in METHODS.items() if accepts(m, name))}")
    settings = settings_of(draw, options)
    if "patch_size" in settings:
        check_patches(settings["patch_size"], settings["stride"])
    if "mix" in options and not np.isclose(sum(options["mix"]), 1):
        raise UserError(f"the weights of a mix sum to 1, not to {sum(options['mix']):g}")
    wanted = [name for key in LAYER_OPTIONS for name in layers_of(settings.get(key) or "")]
    wanted = [name for name in wanted if name != RGB]
    for name in wanted:
        layer_size(name, 0, 0)
    weights = settings.get("vgg_weights", RANDOM)
    if weights not in ("imagenet", RANDOM) and settings.get("layer") != RGB:
        check_weights(weights, wanted, settings.get("net", "vgg19"))


def settings_of(draw: Callable, options: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the options of the method `draw` by name: the given ones, else its defaults."""
    parameters = inspect.signature(draw).parameters.values()
    return {p.name: options.get(p.name, p.default) for p in parameters if p.kind == p.KEYWORD_ONLY}


def plan_jobs(content: Path, styles: Sequence[str], output: Path, mixes: bool,
              film: bool) -> list[Job]:
    """Lists the results to make. mixes: one result mixes all styles. film: the content is one.
    Raises UserError for files that cannot be read or written."""
    sets = [tuple(range(len(styles)))] if mixes else [(i,) for i in range(len(styles))]
    ends = [f"-{Path(styles[s[0]]).stem}" if len(sets) > 1 else "" for s in sets]
    if content.is_dir():
        if output.exists() and not output.is_dir():
            raise UserError(f"{content} is a folder, so the output is one too, and {output} is a "
                            "file")
        images.check_folder(output.absolute().parent)
        files = [Path(str(file)) for file in folders.image_files(content)]
        places = [output / file.relative_to(content).parent for file in files]
        jobs = [Job(file, s, place / f"{file.stem}{end}.png")
                for file, place in zip(files, places, strict=True)
                for s, end in zip(sets, ends, strict=True)]
    else:
        (video.check_film_output if film else images.check_image_output)(output)
        jobs = [Job(content, s, output.with_name(f"{output.stem}{end}{output.suffix}"))
                for s, end in zip(sets, ends, strict=True)]
    return jobs


def _check_fits(name, image, draw, options):
    settings = settings_of(draw, options)
    if "patch_size" in settings:
        named = settings.get("layer") or settings.get("style_layers") or "block3_conv1"
        for layer in layers_of(named):
            check_activation_size(name, *layer_size(layer, *image.shape[1:3]),
                                  settings["patch_size"])


def _keep_colors(draw, keep_colors, options):
    """Returns the method as a function of content, styles and the image whose colours it keeps."""
    def styled(content, styles, colour_of=None, **more):
        if keep_colors == "coral":
            reference = content if colour_of is None else colour_of
            styles = [colors.coral(style, reference) for style in styles]
        image = draw(content, styles, **options, **more)
        return colors.with_luminance(content, image) if keep_colors == "luminance" else image
    return styled


def _draw_images(jobs, styles, styled, size, draw, options, compare, curve_file):
    several = len({job.content for job in jobs}) > 1
    _check_first(jobs, size, draw, options)
    for folder in dict.fromkeys(job.output.parent for job in jobs):
        folder.mkdir(parents=True, exist_ok=True)
    import_tensorflow()
    rows, made, content, steps = {}, [], None, accepts(draw, "progress")
    with progress(len(jobs), "drawing", "images") as bar:
        for job in jobs:
            if content is None or content[0] != job.content:
                content = job.content, _read_content(job.content, size, draw, options, several)
            if content[1] is None:
                bar.update()
                continue
            losses = []
            more = {"progress": _progress_callback(losses, bar)} if steps else {}
            image = styled(content[1], [styles[i] for i in job.styles], **more)
            images.write_image(job.output, image)
            made.append(Drawn(job.content, job.styles, job.output, losses))
            if compare:
                rows.setdefault(job.content, [to_uint8(content[1][0])]).append(to_uint8(image[0]))
            bar.update()
    if compare:
        images.write_image(compare, _comparison_sheet(list(rows.values()), styles))
    if curve_file:
        curve.write_curve(curve_file, made[-1].losses)
    for job in jobs:
        if job.output.exists():
            print(job.output)
    return made


def _read_content(path, size, draw, options, several):
    """The image in `path`. Of several, one that is broken or too small is passed over with a line,
    which gives None."""
    try:
        image = images.read(path, size)
        _check_fits("content", image, draw, options)
        return image
    except UserError as error:
        if not several:
            raise
        tqdm.write(f"{error}; it is passed over", file=sys.stderr)
        return None


def _check_first(jobs, size, draw, options):
    """Raises UserError if no content can be drawn, before anything is written."""
    errors = []
    for path in dict.fromkeys(job.content for job in jobs):
        try:
            return _check_fits("content", images.read(path, size), draw, options)
        except UserError as error:
            errors.append(error)
    raise errors[0]


def _draw_films(jobs, paths, styles, styled, size, draw, options, steady, made_by):
    film = video.Film(jobs[0].content)
    if film.note:
        print(f"{film.path}: {film.note}", file=sys.stderr)
    first = to_unit(images.resize_image(next(iter(film)), size))[None]
    _check_fits("content", first, draw, options)
    import_tensorflow()
    kept = []
    for job in jobs:
        one = partial(styled, styles=[styles[i] for i in job.styles], colour_of=first)
        facts = {**made_by, "styles": [paths[i] for i in job.styles], "steady": steady}
        kept.append(draw_film(film, job.output, size, one, steady, accepts(draw, "before"),
                              stamp(facts)))
    for job, frames in zip(jobs, kept, strict=True):    # none appears before all are drawn, so
        join(frames.finish(), film, job.output)         # that the same command can go on
        frames.remove()
        print(job.output)
    return [Drawn(job.content, job.styles, job.output, []) for job in jobs]


def _comparison_sheet(rows, styles):
    """Puts content, style and result in a row; several styles stand above their columns."""
    if len(rows) == 1 and len(rows[0]) == 2:
        return images.side_by_side([[rows[0][0], *styles, rows[0][1]]])
    if len(rows[0]) == 2:                   # all styles mixed in one result
        return images.side_by_side([[row[0], *styles, row[1]] for row in rows])
    return images.side_by_side([[None, *styles], *rows])


def _progress_callback(losses, bar):
    def note(done, total, loss):
        losses.append(loss)
        bar.set_postfix_str(f"step {done} of {total}, loss {loss:.4g}", refresh=False)
        bar.update(0)
    return note
