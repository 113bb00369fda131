"""LPIPS against an independent computation in numpy, written out for each net."""

import numpy as np
import pytest

from framework.errors import UserError
from framework.pixels import to_unit
from metrics import LPIPS, weights
from metrics.backbones import kernel_shapes
from metrics.lpips import layer_distance

# torchvision's `features` in its own order, after which of its layers LPIPS compares, and
# whether its pooling rounds up; a letter stands for a layer: c(onvolution), r(elu), m(axima),
# f(ire).
NETS = {
    "alex": ("crmcrmcrcrcrm", (1, 4, 7, 9, 11), {0: (4, 2), 3: (1, 2)}, 3, False),
    "vgg": ("crcrmcrcrmcrcrcrmcrcrcrmcrcrcrm", (3, 8, 15, 22, 29), {}, 2, False),
    "squeeze": ("crmffmffmffff", (1, 4, 7, 9, 10, 11, 12), {0: (2, 0)}, 3, True),
}
SIZES = {"alex": [(31, 40), (64, 47)], "vgg": [(16, 19)], "squeeze": [(17, 20), (30, 39)]}


def convolved(x, kernel, bias, stride=1, padding=0):
    x = np.pad(x, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    k = kernel.shape[0]
    height, width = ((n - k) // stride + 1 for n in x.shape[1:3])
    out = np.zeros((len(x), height, width, kernel.shape[3])) + bias
    for i in range(k):
        for j in range(k):
            part = x[:, i:i + stride * height:stride, j:j + stride * width:stride]
            out += part[:, :height, :width] @ kernel[i, j]
    return out


def maxima(x, k, ceil):
    height, width = ((n - k + (1 if ceil else 0)) // 2 + 1 for n in x.shape[1:3])
    return np.stack([np.stack([x[:, 2 * i:2 * i + k, 2 * j:2 * j + k].max((1, 2))
                               for j in range(width)], 1) for i in range(height)], 1)


def fire(x, name, w):
    def c(x, part, padding=0):
        kernel, bias = (w[f"{name}.{part}/{kind}"] for kind in ("kernel", "bias"))
        return np.maximum(convolved(x, kernel, bias, 1, padding), 0)
    x = c(x, "squeeze")
    return np.concatenate([c(x, "expand1x1"), c(x, "expand3x3", 1)], -1)


def feature_maps(net, x, w):
    kinds, taps, special, pool, ceil = NETS[net]
    for i, kind in enumerate(kinds):
        if kind == "c":
            stride, padding = special.get(i, (1, 1))
            x = convolved(x, w[f"features.{i}/kernel"], w[f"features.{i}/bias"], stride, padding)
        elif kind == "r":
            x = np.maximum(x, 0)
        elif kind == "f":
            x = fire(x, f"features.{i}", w)
        elif i < max(taps):
            x = maxima(x, pool, ceil)
        if i in taps:
            yield x


def by_hand(net, a, b, w, linear):
    shift, scale = np.array([-0.030, -0.088, -0.188]), np.array([0.458, 0.448, 0.450])
    maps = [feature_maps(net, (x.astype("float64") - shift) / scale, w) for x in (a, b)]
    total = np.zeros(len(a))
    for i, (f, g) in enumerate(zip(*maps, strict=True)):
        f, g = (m / (np.sqrt((m**2).sum(-1, keepdims=True)) + 1e-10) for m in (f, g))
        total += ((f - g) ** 2 @ linear[i].astype("float64")).mean((1, 2))
    return total


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Random weights of all nets in our layout."""
    folder, rng, lines = tmp_path_factory.mktemp("weights"), np.random.default_rng(0), {}
    for net, source in weights.BACKBONE_FILES.items():
        arrays = {}
        for name, shape in kernel_shapes(net).items():
            spread = np.sqrt(2 / np.prod(shape[:3]))
            arrays[f"{name}/kernel"] = rng.normal(0, spread, shape).astype("float32")
            arrays[f"{name}/bias"] = rng.normal(0, 0.1, shape[3]).astype("float32")
        np.savez(folder / source.arrays, **arrays)
        for i, channels in enumerate(weights.LPIPS_CHANNELS[net]):
            lines[f"{net}/{i}"] = rng.uniform(0, 1, channels).astype("float32")
    np.savez(folder / "lpips_lin_v0.1.npz", **lines)
    return folder


def images(height, width, channels=3, count=2, seed=0):
    rng = np.random.default_rng(seed)
    return rng.uniform(-1, 1, (count, height, width, channels)).astype("float32")


@pytest.mark.parametrize("net", NETS)
def test_it_is_the_official_definition(folder, net):
    ours = LPIPS(net, folder)
    w, linear = weights.load_backbone(net, folder)[0], weights.load_linear(net, folder)[0]
    for height, width in SIZES[net]:
        a, b = images(height, width), images(height, width, seed=1)
        expected = by_hand(net, a, b, w, linear)
        assert expected.min() > 0.5
        np.testing.assert_allclose(ours(a, b), expected, rtol=1e-5)
        assert ours(a, b).dtype == np.float32 and ours(a, b).shape == (2,)
        np.testing.assert_array_equal(ours(a, a), [0, 0])
        np.testing.assert_array_equal(ours(b, a), ours(a, b))


@pytest.fixture(scope="module")
def distance():
    return LPIPS("squeeze", "random")


def test_grey_and_stored_images(distance):
    grey, colour = images(20, 20, 1), images(20, 20, seed=1)
    np.testing.assert_allclose(distance(grey, colour), distance(np.repeat(grey, 3, -1), colour),
                               rtol=1e-5)
    stored = np.random.default_rng(2).integers(0, 256, (2, 20, 20, 3)).astype("uint8")
    np.testing.assert_allclose(distance(stored, colour), distance(stored / 127.5 - 1, colour),
                               rtol=1e-5)


def test_batches_make_no_difference(distance, monkeypatch):
    a, b = images(20, 20, count=5), images(20, 20, count=5, seed=1)
    whole = distance(a, b)
    monkeypatch.setattr(distance._compare, "most", 2)
    np.testing.assert_allclose(distance(a, b), whole, rtol=1e-5)
    np.testing.assert_allclose(distance(a[3:4], b[3:4]), whole[3:4], rtol=1e-5)


@pytest.mark.parametrize("net", NETS)
def test_an_image_and_itself_are_at_exactly_0(net, monkeypatch):
    """At every place of a batch, in the shorter last one, and whatever stands beside: the pair
    goes through one program at one place, so rounding is the same on every processor."""
    distance = LPIPS(net, "random")
    for count, size, most in ((1, 33, 256), (7, 40, 256), (7, 35, 3)):
        monkeypatch.setattr(distance._compare, "most", most)
        a = images(size, size, count=count)
        np.testing.assert_array_equal(distance(a, a.copy()), np.zeros(count))
        b = images(size, size, count=count, seed=1)
        b[::2] = a[::2]
        found = distance(a, b)
        assert (found[::2] == 0).all() and (found[1::2] > 0.01).all()
        np.testing.assert_array_equal(distance(b, a), found)
        # One bit of one image in the middle is seen, or not, but never makes it less than 0.
        b[0, size // 2, size // 2, 0] = np.nextafter(b[0, size // 2, size // 2, 0], 2)
        assert 0 <= distance(a, b)[0] < 1e-9
    stored = np.random.default_rng(3).integers(0, 256, (3, 36, 36, 1)).astype("uint8")
    np.testing.assert_array_equal(distance(stored, np.repeat(stored, 3, -1)), np.zeros(3))
    np.testing.assert_array_equal(distance(stored, to_unit(stored)), np.zeros(3))


def test_more_noise_is_further(distance):
    a, noise = images(24, 24), images(24, 24, seed=1)
    found = np.stack([distance(a, a + sd * noise) for sd in (0, 0.05, 0.2, 0.6)])
    assert (np.diff(found, axis=0) > 0.002).all() and (found[0] == 0).all()


def test_the_weights_multiply_squares():
    """The check of the design document, section 7."""
    a, b = (f(np.arange(12.0)).reshape(1, 2, 2, 3) for f in (np.sin, np.cos))
    found = layer_distance(a, b, np.array([0.2, 0.3, 0.5]))
    np.testing.assert_allclose(found, [0.662050367], rtol=1e-6)


def test_the_name_tells_where_the_weights_are_from(folder, distance, monkeypatch):
    assert distance.name == "perceptual-distance (random squeeze)"
    assert LPIPS("squeeze", folder).name.startswith("perceptual-distance (squeeze")
    for table, read in ((weights.BACKBONE_FILES, weights.load_backbone),
                        (weights.LINEAR_FILES, weights.load_linear)):
        assert "LPIPS" not in LPIPS("squeeze", folder).name
        found = read("squeeze", folder)[0]
        known = weights.arrays_sha256(found if isinstance(found, dict) else dict(enumerate(found)))
        monkeypatch.setitem(table, "squeeze", table["squeeze"]._replace(digest=known))
    assert LPIPS("squeeze", folder).name == "LPIPS (squeeze, v0.1)"


def test_what_it_cannot_compare_is_refused(distance):
    for a, b, why in ((images(16, 20), images(16, 20), "17x17"),
                      (images(20, 20), images(20, 24), "resize"),
                      (images(20, 20), images(20, 20, count=3), "2 and 3"),
                      (images(20, 20, 2), images(20, 20, 2), "1 or 3 channels"),
                      (np.zeros((4, 2)), np.zeros((4, 2)), "channels"),
                      (images(20, 20, count=0), images(20, 20, count=0), "no images")):
        with pytest.raises(UserError, match=why):
            distance(a, b)
    with pytest.raises(UserError, match="did you mean 'squeeze'"):
        LPIPS("squeez", "random")
