"""`main.py texture`: a texture, or a sheet of textures by several kernels and nets (section
2.4.1); or one pixel by pixel."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from framework.errors import UserError
from framework.progress import progress
from framework.quiet import import_tensorflow
from style import curve, images
from style.pixelwise import grow


def main(style: str, *, output: str, kernels: Sequence[str], nets: Sequence[str],
         style_size: int = 256, size: int = 256, compare: str = "", curve_file: str = "",
         overwrite: bool = False, **settings: Any) -> dict[str, list[float]]:
    """Writes the texture of the image in the file `style` to the file `output`. Returns the loss
    of each step, by net and kernel.

    Several kernels or nets give a sheet with the style at the top left. compare: a file for style
    and texture side by side. curve_file: .png or .csv of the loss. overwrite: whether files that
    exist are replaced. settings: see `style.texture.synthesise`. Raises UserError before anything
    is written or computed.
    """
    for path in filter(None, (output, compare)):
        images.check_image_output(path)
    curve.check_curve_output(curve_file)
    images.check_free([output, compare, curve_file], [style], overwrite)
    several = len(kernels) * len(nets) > 1
    if several and (curve_file or compare):
        raise UserError("compare and curve are of one kernel and one net")
    image = images.read(style, style_size)
    import_tensorflow()
    from style.texture import synthesise
    rows, curves = [], {f"{net}, {kernel}": [] for net in nets for kernel in kernels}
    with progress(len(kernels) * len(nets) * settings["iterations"], "drawing",
                  "steps") as bar:
        def note(curve, done, total, loss):
            curve.append(loss)
            bar.set_postfix_str(f"loss {loss:.4g}", refresh=False)
            bar.update()
        for net in nets:
            rows.append([synthesise(image, kernel=kernel, net=net, size=(size, size), **settings,
                                    progress=partial(note, curves[f"{net}, {kernel}"]))
                         for kernel in kernels])
    sheet = images.side_by_side([[image], *rows]) if several else rows[0][0]
    images.write_image(output, sheet)
    if compare:
        images.write_image(compare, images.side_by_side([[image, rows[0][0]]]))
    if curve_file:
        curve.write_curve(curve_file, next(iter(curves.values())))
    print(output)
    return curves


def by_pixels(style: str, *, output: str, style_size: int = 256, size: int = 256,
              window: int = 11, seed: int = 0, compare: str = "",
              overwrite: bool = False) -> None:
    """Writes a texture of the image in the file `style`, drawn pixel by pixel, to the file
    `output`.

    window, seed: see `style.pixelwise.grow`; others as of `main`. Raises UserError before
    anything is written or computed.
    """
    for path in filter(None, (output, compare)):
        images.check_image_output(path)
    images.check_free([output, compare], [style], overwrite)
    sample = images.resize_image(images.read_uint8(style), style_size)
    with progress(size * size, "drawing", "pixels") as bar:
        drawn = grow(sample, (size, size), window, seed, bar.update)
    images.write_image(output, drawn)
    if compare:
        images.write_image(compare, images.side_by_side([[sample, drawn]]))
    print(output)
