"""The other side of `benchmarks.measures`: torch-fidelity, prdc, lpips, and PyTorch itself.

    PYTHON -m benchmarks.torch_measures NAME FILE.npz SECONDS

PYTHON has the packages of requirements-bench.txt and need have none of ours.
"""
# pyright: reportMissingImports=false

import json
import sys

import numpy as np
import torch
from torch.nn import functional

from benchmarks.clock import repeated, resident_mib

CONTENT_SHARE = 0.95
MEAN_BGR = (103.939, 116.779, 123.68)
HISTORY = 10                    # of L-BFGS, as ours
PATCH, TINY = 3, 1e-8


def kid(arrays):
    """torch-fidelity's defaults: 100 subsets of 1000; of 1000 rows one."""
    from torch_fidelity.metric_kid import KEY_METRIC_KID_MEAN, kid_features_to_metric

    x, y = (torch.tensor(arrays[name]) for name in "xy")

    def of(x, y, **more):
        return [kid_features_to_metric(x, y, verbose=False, **more)[KEY_METRIC_KID_MEAN]]
    return (lambda: of(x[:100], y[:100], kid_subset_size=100, kid_subsets=1),
            lambda: of(x, y, **({"kid_subsets": 1} if len(x) == 1000 else {})))


def prdc(arrays):
    import contextlib
    import io

    from prdc import compute_prdc

    def of(x, y):
        with contextlib.redirect_stdout(io.StringIO()):
            found = compute_prdc(x, y, nearest_k=5)
        return [float(found[name]) for name in ("precision", "recall", "density", "coverage")]
    return lambda: of(arrays["x"][:100], arrays["y"][:100]), lambda: of(arrays["x"], arrays["y"])


def lpips(arrays):
    """With the weights of the file in place of those that the package would download."""
    from lpips import LPIPS

    measure = LPIPS(net="squeeze", pnet_rand=True, verbose=False)
    own = {f"features.{name.split('.', 1)[1]}": p for name, p in measure.net.named_parameters()}
    with torch.no_grad():
        for name, parameter in own.items():
            name, part = name.rsplit(".", 1)
            value = arrays[f"weights/{name}/{'kernel' if part == 'weight' else part}"]
            value = value.transpose(3, 2, 0, 1) if part == "weight" else value
            parameter.copy_(torch.tensor(value))
        for i, layer in enumerate(measure.lins):
            layer.model[-1].weight.copy_(torch.tensor(arrays[f"linear/{i}"]).view(1, -1, 1, 1))
    a, b = (torch.tensor(arrays[name]).permute(0, 3, 1, 2) for name in "ab")

    def call():
        with torch.no_grad():
            return [float(measure(a, b).mean())]
    return call, call


class Features:
    """VGG19 down to the deepest of the layers; what it gives for an image in [-1, 1], by name."""

    def __init__(self, arrays):
        self.layers = [str(name) for name in arrays["layers"]]
        self.weights = {}
        for key in arrays:
            if key.startswith("weights/") and key.endswith("kernel"):
                name = key.split("/")[1]
                kernel = torch.tensor(arrays[key]).permute(3, 2, 0, 1)
                self.weights[name] = (kernel.contiguous(memory_format=torch.channels_last),
                                      torch.tensor(arrays[f"weights/{name}/bias"]))
        self.mean = torch.tensor(MEAN_BGR).view(1, 3, 1, 1)

    def __call__(self, image):
        x = ((0.5 * image + 0.5) * 255).flip(1) - self.mean
        found, block = {}, "block1"
        for name, (kernel, bias) in sorted(self.weights.items()):
            if not name.startswith(block):
                x, block = functional.max_pool2d(x, 2), name.split("_")[0]
            x = functional.relu(functional.conv2d(x, kernel, bias, padding=1))
            found[name] = x
        return [found[name] for name in self.layers]


def gram(features):
    rows = features.permute(0, 2, 3, 1).flatten(1, 2)
    return rows.transpose(1, 2) @ rows / rows.shape[1]


def gatys(arrays):
    """The same loss, by PyTorch's L-BFGS."""
    extract, count = Features(arrays), int(arrays["evaluations"])
    content, style = (torch.tensor(arrays[name]).permute(0, 3, 1, 2).contiguous()
                      for name in ("content", "style"))
    with torch.no_grad():
        wanted, grams = extract(content)[0], [gram(f) for f in extract(style)[1:]]

    def loss(image):
        found = extract(image)
        texture = sum(functional.mse_loss(gram(f), g) / 4
                      for f, g in zip(found[1:], grams, strict=True))
        return CONTENT_SHARE * functional.mse_loss(found[0], wanted) + (
            1 - CONTENT_SHARE) * texture

    def at_start():
        image = content.clone().requires_grad_()
        value = loss(image)
        slope, = torch.autograd.grad(value, image)
        return [float(value), float(slope.norm())]

    def call():
        image = content.clone().requires_grad_()
        optimizer = torch.optim.LBFGS([image], history_size=HISTORY, max_iter=count,
                                      max_eval=count, tolerance_grad=0, tolerance_change=0)

        def closure():
            nonlocal asked
            asked += 1
            optimizer.zero_grad(set_to_none=True)
            value = loss(image)
            value.backward()
            return value
        asked = 0
        optimizer.step(closure)
        if asked < count:
            raise RuntimeError(f"L-BFGS stopped after {asked} evaluations")
        return start
    start = at_start()
    return at_start, call


def swap(arrays):
    """The patches of the style as filters, the best one for each place, and their overlaps
    averaged by `fold`, which spares the transposed convolution of one-hot vectors."""
    content, style = (torch.tensor(arrays[name]).permute(0, 3, 1, 2)
                      for name in ("content", "style"))

    def call():
        with torch.no_grad():
            patches = functional.unfold(style, PATCH)[0]             # [9 C, style patches]
            filters = (patches / (patches.norm(dim=0) + TINY)).T.reshape(
                -1, content.shape[1], PATCH, PATCH)
            best = functional.conv2d(content, filters).argmax(1).flatten()
            sides = content.shape[2:]
            total = functional.fold(patches[None, :, best], sides, PATCH)
            count = functional.fold(torch.ones(1, PATCH**2, len(best)), sides, PATCH)
            swapped = total / count
        return [float(swapped.mean()), float(swapped.norm())]
    return call, call


MEASURES = {"kid": kid, "kid_block": kid, "prdc": prdc, "lpips64": lpips, "lpips128": lpips,
            "gatys": gatys, "swap": swap}


def main(name: str, file: str, least: str):
    torch.set_flush_denormal(True)          # as TensorFlow's threads do
    with np.load(file) as held:
        arrays = {key: held[key] for key in held.files}
    warm, call = MEASURES[name](arrays)
    print(json.dumps(repeated(warm, call, float(least)) | {"peak_mib": resident_mib()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
