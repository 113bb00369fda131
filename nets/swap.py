"""Style swap: replaces each patch of the content's activations by the most similar style patch.

Exactly as in Chen and Schmidt 2016 (Chen's thesis, section 4.2); as in their code, patches are
divided by their norms plus 1e-8. The two convolutions of section 4.2.3 would store a score for
every pair of patches and a one-hot tensor of the same size. Here pairs are scored tile by tile,
only the best match of each content patch is kept, and its pixels are gathered.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from itertools import product

import numpy as np

from framework.errors import UserError
from framework.lazy import Lazy
from framework.tensors import Tensor

ops = Lazy("keras.ops")
tf = Lazy("tensorflow")

EPSILON = 1e-8
FLOAT_BYTES = 4
MAX_TILE_BYTES = 96 * 2**20         # larger tiles are not faster
MIN_TILE_BYTES = 2**20
MULTIPLICATIONS_PER_ADDITION = 24   # so many multiplications take as long as one addition


def style_swap(content: Tensor, style: Tensor, patch_size: int = 3, stride: int = 1,
               memory_limit: int | None = None, match: Callable | None = None,
               carried: Tensor | None = None, window: np.ndarray | None = None) -> Tensor:
    """Activations [1, H, W, C] and [1, h, w, C] -> [1, (n - 1) stride + patch_size, ..., C].

    Patches are taken at every stride-th position at which they lie wholly inside; n is their
    number. With stride 1 the result has the content's size, with a larger stride it is at most
    stride - 1 smaller and aligned top left. Each content patch is replaced by the style patch of
    greatest normalised cross-correlation (eq. 4.2), on ties by the first, and overlaps are
    averaged. No gradient flows. With static shapes it works inside a tf.function.
    memory_limit: bytes that may be allocated, including the result. match: a function as
    `match_patches`, in its place. carried: further channels [1, h, w, D] of the style, which go
    with its patches and have no say in the match; the result has C + D. window: [patch_size,
    patch_size, D], by which these count where patches overlap; None: all the same. Raises UserError
    if the limit is too small for these sizes, if a patch is larger than an input or a stride larger
    than a patch.
    """
    plan = Plan(tuple(content.shape[1:]), tuple(style.shape[1:]), patch_size, stride,
                memory_limit)
    content, style = (ops.stop_gradient(ops.convert_to_tensor(a, "float32"))[0]
                      for a in (content, style))
    index = (match or match_patches)(content, style, plan)
    swapped = _assemble(style, index, plan)[None]
    if carried is None:
        return swapped
    beside = replace(plan, content=(*plan.content[:2], carried.shape[-1]),
                     style=tuple(carried.shape[1:]))
    carried = ops.stop_gradient(ops.convert_to_tensor(carried, "float32"))[0]
    return ops.concatenate([swapped, _assemble(carried, index, beside, window)[None]], -1)


@dataclass(frozen=True)
class Plan:
    """Divides a swap of activations [H, W, C] and [h, w, C] into tiles that fit the memory.

    Raises UserError as `style_swap` does, and ValueError for different numbers of channels.
    """

    content: tuple[int, int, int]
    style: tuple[int, int, int]
    patch_size: int
    stride: int
    memory_limit: int | None = None

    def __post_init__(self) -> None:
        check_patches(self.patch_size, self.stride)
        for name, shape in (("content", self.content), ("style", self.style)):
            check_activation_size(name, shape[0], shape[1], self.patch_size)
        if self.content[2] != self.style[2]:
            raise ValueError(f"{self.content[2]} channels of content, {self.style[2]} of style")
        if self.memory_limit is not None and self.memory_limit < self.fixed_bytes + MIN_TILE_BYTES:
            raise UserError(
                f"a style swap of {self.content[1]}x{self.content[0]} by "
                f"{self.style[1]}x{self.style[0]} activations of {self.content[2]} channels needs "
                f"{_mib(self.fixed_bytes + MIN_TILE_BYTES)} MiB, and the memory limit is "
                f"{self.memory_limit / 2**20:.0f} MiB; raise it or choose smaller images")

    @property
    def content_grid(self) -> tuple[int, int]:
        """The numbers of rows and columns of content patches."""
        return self._grid(self.content)

    @property
    def style_grid(self) -> tuple[int, int]:
        """The numbers of rows and columns of style patches."""
        return self._grid(self.style)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the result."""
        rows, columns = self.content_grid
        return self.pixels(rows), self.pixels(columns)

    def pixels(self, patches: int) -> int:
        """The number of pixels that a row of `patches` patches covers."""
        return (patches - 1) * self.stride + self.patch_size

    @property
    def by_pixel(self) -> bool:
        """Whether to correlate single pixels once and then sum over the k^2 offsets in a patch.

        For a pair of patches this takes C products for each of stride^4 pairs of pixels, and
        2 k additions along the two axes. Patch by patch it takes k^2 C products.
        """
        k, s, channels = self.patch_size, self.stride, self.content[2]
        return s**4 * channels + MULTIPLICATIONS_PER_ADDITION * k * (s**2 + 1) < k**2 * channels

    @property
    def fixed_bytes(self) -> int:
        """Bytes besides the tiles: inputs, result, its strips and the indices of the matches."""
        content, style = (math.prod(shape) for shape in (self.content, self.style))
        result = math.prod(self.size) * self.content[2]
        return FLOAT_BYTES * (content + 2 * style + 2 * result + 6 * math.prod(self.content_grid))

    @property
    def tile_budget_bytes(self) -> int:
        """Bytes that the tiles may take."""
        if self.memory_limit is None:
            return MAX_TILE_BYTES
        return min(MAX_TILE_BYTES, self.memory_limit - self.fixed_bytes)

    @property
    def tile_side(self) -> int:
        """Patches along each side of a square tile, the same for both inputs."""
        side = 1
        while self.tile_bytes(side + 1) <= self.tile_budget_bytes and side < max(
                *self.content_grid, *self.style_grid):
            side += 1
        return side

    def tile_bytes(self, side: int) -> int:
        """Peak bytes of scoring side^2 content patches against side^2 style patches."""
        k, channels, patches = self.patch_size, self.content[2], side**2
        pixels = self.pixels(side)**2
        if self.by_pixel:
            return FLOAT_BYTES * ((k + 3) * pixels**2 + 4 * pixels * channels)
        return FLOAT_BYTES * (4 * patches**2 + 5 * patches * k**2 * channels)

    @property
    def strip_rows(self) -> int:
        """The number of rows of the result that are assembled at a time."""
        row = FLOAT_BYTES * (self.patch_size**2 + 3) * self.size[1] * self.content[2]
        return max(1, self.tile_budget_bytes // row)

    def _grid(self, shape: tuple[int, int, int]) -> tuple[int, int]:
        rows, columns = ((n - self.patch_size) // self.stride + 1 for n in shape[:2])
        return rows, columns


def check_patches(patch_size: int, stride: int) -> None:
    """Raises UserError for an empty patch and for a stride that leaves gaps between patches."""
    if patch_size < 1 or stride < 1:
        raise UserError(f"patch_size and stride must be at least 1, not {patch_size} and {stride}")
    if stride > patch_size:
        raise UserError(f"with stride {stride} patches of {patch_size}x{patch_size} leave gaps; "
                        "the stride can be at most the patch size")


def check_activation_size(name: str, height: int, width: int, patch_size: int) -> None:
    """Raises UserError for activations smaller than a patch."""
    if min(height, width) < patch_size:
        smaller = f"--patch_size {min(height, width)}, " if min(height, width) else ""
        raise UserError(f"the {name} has {width}x{height} positions at this layer, fewer than a "
                        f"patch of {patch_size}x{patch_size}; choose a larger --{name}_size, "
                        f"{smaller}or an earlier layer")


def match_patches(content: Tensor, style: Tensor, plan: Plan,
                  areas: tuple[np.ndarray, np.ndarray] | None = None) -> Tensor:
    """Returns the index of the best style patch for each content patch, int32 [rows, columns].

    content: [H, W, C]; style: [h, w, C]. Style patches are numbered row by row. areas: the numbers
    of the areas of the content's patches and of the style's, int32 [rows, columns]; only patches of
    one area match, but a negative number of the content's matches all. Each of the content's
    others is among the style's.
    """
    compare = _compile_comparison(plan.by_pixel, plan.patch_size, plan.stride, areas is not None)
    style_tiles = list(product(*(_pieces(n, plan.tile_side) for n in plan.style_grid)))
    rows = []
    for down in _pieces(plan.content_grid[0], plan.tile_side):
        row = []
        for right in _pieces(plan.content_grid[1], plan.tile_side):
            count = len(down) * len(right)
            best, index = tf.fill([count], -np.inf), tf.zeros([count], tf.int32)
            here = _cut(content, down, right, plan)
            own = areas and areas[0][down.start:down.stop, right.start:right.stop].ravel()
            for v, u in style_tiles:
                columns = plan.style_grid[1]
                number = np.add.outer(np.multiply(v, columns), u).ravel()
                within = () if areas is None else (own, areas[1].ravel()[number])
                best, index = compare(here, _cut(style, v, u, plan), best, index,
                                      tf.constant(number, tf.int32), *within)
            row.append(tf.reshape(index, (len(down), len(right))))
        rows.append(tf.concat(row, 1))
    return tf.concat(rows, 0)


@cache
def _compile_comparison(by_pixel: bool, k: int, s: int,
                        within: bool = False) -> Callable[..., tuple[Tensor, Tensor]]:
    """(content tile, style tile, best, index, numbers) -> best and index after that tile. within:
    the areas of both tiles' patches follow, see `match_patches`.

    best, index: per content patch the best score so far and the style patch that has it.
    numbers: the indices of the tile's style patches, which do not come in order, since tiles are
    squares. On a tie the lower index wins.
    """
    scores = _scores_by_pixel if by_pixel else _scores_by_patch

    def compare(content, style, best, index, numbers, *areas):
        values = scores(content, style, k, s)
        if within:
            own, other = areas[0][:, None], areas[1][None]
            values = tf.where((own == other) | (own < 0), values, -np.inf)
        winner = tf.argmax(values, 1, output_type=tf.int32)
        score = tf.gather(values, winner, axis=1, batch_dims=1)
        number = tf.gather(numbers, winner)
        better = (score > best) | ((score == best) & (number < index))
        return tf.where(better, score, best), tf.where(better, number, index)

    pixels, each = tf.TensorSpec([None, None, None], tf.float32), tf.TensorSpec([None], tf.int32)
    return tf.function(compare, autograph=False, input_signature=[
        pixels, pixels, tf.TensorSpec([None], tf.float32), each, each, *[each] * (2 * within)])


def _scores_by_pixel(content: Tensor, style: Tensor, k: int, s: int) -> Tensor:
    """K of eq. 4.2, [content patches, style patches]: <patch_ab, patch_j> is the sum over the
    patch's k^2 offsets of products of single pixels, each of which is computed once."""
    height, width, channels = tf.unstack(tf.shape(content))
    h, w, _ = tf.unstack(tf.shape(style))
    pixels = tf.matmul(tf.reshape(content, (-1, channels)), tf.reshape(style, (-1, channels)),
                       transpose_b=True)
    pixels = tf.reshape(pixels, (height, width, h, w))
    down = tf.add_n([pixels[d, :, d] for d in _windows(k, s)])
    both = tf.add_n([down[:, d, :, d] for d in _windows(k, s)])
    squares = tf.reduce_sum(tf.square(style), -1)
    squares = tf.add_n([squares[d] for d in _windows(k, s)])
    squares = tf.add_n([squares[:, d] for d in _windows(k, s)])
    inverse = tf.reshape(1 / (tf.sqrt(squares) + EPSILON), (-1,))
    return tf.reshape(both, (-1, tf.size(inverse))) * inverse


def _windows(k: int, s: int) -> list[slice]:
    """The slices of an axis that hold offset 0, 1, ..., k - 1 of each patch."""
    return [slice(d, d - k + 1 or None, s) for d in range(k)]


def _scores_by_patch(content: Tensor, style: Tensor, k: int, s: int) -> Tensor:
    """K of eq. 4.2, [content patches, style patches], patch by patch."""
    content, style = (tf.image.extract_patches(a[None], [1, k, k, 1], [1, s, s, 1], [1] * 4,
                                               "VALID") for a in (content, style))
    length = tf.shape(content)[-1]
    content, style = (tf.reshape(a, (-1, length)) for a in (content, style))
    inverse = 1 / (tf.norm(style, axis=1) + EPSILON)
    return tf.matmul(content, style, transpose_b=True) * inverse


def _assemble(style: Tensor, index: Tensor, plan: Plan,
              window: np.ndarray | None = None) -> Tensor:
    """Puts the matched patches [rows, columns] in their places, overlaps averaged with the weights
    of `window` [k, k, C], else with equal ones: [H, W, C].

    For each of the k^2 offsets in a patch, every pixel of the result gathers the style pixel of
    the patch that covers it with this offset. If no patch does, it gathers the row of zeros that
    follows the style's pixels.
    """
    (rows, columns), (h, w, channels) = plan.content_grid, plan.style
    k, s = plan.patch_size, plan.stride
    pixels = tf.concat([tf.reshape(style, (-1, channels)), tf.zeros((1, channels))], 0)
    corner = index // plan.style_grid[1] * s * w + index % plan.style_grid[1] * s
    corner = tf.reshape(corner, (-1,))
    weights = np.ones((k, k, 1), np.float32) if window is None else window.astype(np.float32)
    strips = []
    for strip in _pieces(plan.size[0], plan.strip_rows):
        y, x = np.array(strip)[:, None], np.arange(plan.size[1])[None]
        gathered, count = [], np.zeros((len(y), x.size, weights.shape[-1]), np.float32)
        for dy, dx in product(range(k), repeat=2):
            (a, off_y), (b, off_x) = np.divmod(y - dy, s), np.divmod(x - dx, s)
            covered = ((off_y == 0) & (a >= 0) & (a < rows)
                       & (off_x == 0) & (b >= 0) & (b < columns))
            patch = np.where(covered, a * columns + b, 0).astype(np.int32)
            pixel = tf.where(covered, tf.gather(corner, patch) + (dy * w + dx), h * w)
            found = tf.gather(pixels, pixel)
            gathered.append(found if window is None else found * weights[dy, dx])
            count += covered[..., None] * weights[dy, dx]
        strips.append(tf.add_n(gathered) / count)
    return tf.concat(strips, 0)


def _cut(activations: Tensor, rows: range, columns: range, plan: Plan) -> Tensor:
    """The pixels that the patches of these rows and columns cover."""
    down, right = (slice(n[0] * plan.stride, n[0] * plan.stride + plan.pixels(len(n)))
                   for n in (rows, columns))
    return activations[down, right]


def _pieces(count: int, most: int) -> list[range]:
    """Splits range(count) into as few ranges of at most `most` as possible, of similar sizes."""
    ends = np.linspace(0, count, math.ceil(count / most) + 1).astype(int)
    return [range(a, b) for a, b in zip(ends, ends[1:], strict=False)]


def _mib(size: int) -> int:
    return math.ceil(size / 2**20)
