"""The weight files of LPIPS and its backbones.

A folder, the user's or lpips/ in the cache, holds for each net our arrays or the published file:

    squeezenet1_1_features.npz  or  squeezenet1_1-b8a52dc0.pth     (alexnet, vgg16 alike)
    lpips_lin_v0.1.npz          or  squeeze.pth                    (alex.pth, vgg.pth alike)

Arrays are NAME/kernel [h, w, in, out] and NAME/bias with torchvision's names, and NET/0, NET/1,
... for the linear weights. Published files are recognised by their SHA-256; so are arrays that
we once converted from them.
"""

import hashlib
import http.client
import urllib.request
from pathlib import Path
from typing import NamedTuple

import numpy as np

from framework.arrays import check_finite, open_arrays
from framework.cache import cache_folder
from framework.downloads import fetched
from framework.errors import UserError
from framework.files import replacing
from metrics import torchfile
from metrics.backbones import BACKBONES, kernel_shapes

TORCHVISION_URL = "https://download.pytorch.org/models/"
LPIPS_URL = ("https://raw.githubusercontent.com/richzhang/PerceptualSimilarity/"
             "082bb24f84c091ea94de2867d34c4544f68e0963/lpips/weights/v0.1/")
LPIPS_CHANNELS = {"alex": (64, 192, 384, 256, 256), "vgg": (64, 128, 256, 512, 512),
                  "squeeze": (64, 128, 256, 384, 384, 512, 512)}


class WeightSource(NamedTuple):
    """One set of weights: our file, the published one, and their checksums.

    digest: the `arrays_sha256` of the arrays, "" if we have never had them.
    """

    arrays: str
    published: str
    url: str
    sha256: str
    digest: str = ""


BACKBONE_FILES = {
    "alex": WeightSource("alexnet_features.npz", "alexnet-owt-7be5be79.pth", TORCHVISION_URL,
                         "7be5be791159472b1fbf3c69796f7cb30dca7ad8466c2df70058c37116cdee02"),
    "vgg": WeightSource("vgg16_features.npz", "vgg16-397923af.pth", TORCHVISION_URL,
                        "397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0"),
    "squeeze": WeightSource("squeezenet1_1_features.npz", "squeezenet1_1-b8a52dc0.pth",
                            TORCHVISION_URL,
                            "b8a52dc049b60e4b6ab68ad0df457362afab8b6304b2febdc1650a5dab4d7e7b",
                            "519dfad8495d97263670e4471be93179bd824b7928e703e82dff2d65419428b9"),
}
LINEAR_FILES = {
    "alex": WeightSource("lpips_lin_v0.1.npz", "alex.pth", LPIPS_URL,
                         "df73285e35b22355a2df87cdb6b70b343713b667eddbda73e1977e0c860835c0",
                         "718a8b40b0d22f96192d34ab93c0db5c7943558ff6c2407f44812dce2f29b5f4"),
    "vgg": WeightSource("lpips_lin_v0.1.npz", "vgg.pth", LPIPS_URL,
                        "a78928a0af1e5f0fcb1f3b9e8f8c3a2a5a3de244d830ad5c1feddc79b8432868",
                        "9153a2043dccf3b525d4f13db916e93ef040548ea923b6f2100de5ebac141a78"),
    "squeeze": WeightSource("lpips_lin_v0.1.npz", "squeeze.pth", LPIPS_URL,
                            "4a5350f23600cb79923ce65bb07cbf57dca461329894153e05a1346bd531cf76",
                            "68f1b1752260e0335c6394983132e210e3ed5c2540e78d239be07671a77130e4"),
}


def has_backbone(net: str, folder: str | Path = "") -> bool:
    """Whether the weights of `net` lie in `folder`, "" for the cache: without any download."""
    place, source = Path(folder) if folder else cache_folder() / "lpips", BACKBONE_FILES[net]
    return any((place / name).is_file() for name in (source.arrays, source.published))


def load_backbone(net: str, folder: str | Path | None = None) -> tuple[dict[str, np.ndarray], bool]:
    """Loads NAME/kernel and NAME/bias of every convolution of `net`; also returns whether they
    are the published ones.

    folder: None for the cache, into which they are downloaded once. Raises UserError if the net
    is unknown or the weights are missing, cannot be downloaded, are damaged or do not fit.
    """
    BACKBONES.find(net)
    shapes = {}
    for name, shape in kernel_shapes(net).items():
        shapes |= {f"{name}/kernel": shape, f"{name}/bias": shape[-1:]}

    def converted(path):
        state, found = torchfile.read_state_dict(path, "features."), {}
        for name in kernel_shapes(net):
            found[f"{name}/kernel"] = _entry(state, f"{name}.weight", path).transpose(2, 3, 1, 0)
            found[f"{name}/bias"] = _entry(state, f"{name}.bias", path)
        return found
    return _load(BACKBONE_FILES[net], shapes, converted, folder)


def load_linear(net: str, folder: str | Path | None = None) -> tuple[list[np.ndarray], bool]:
    """Loads the calibrated channel weights, one array [C] for each layer; also returns whether
    they are those of LPIPS v0.1. Otherwise like `load_backbone`."""
    BACKBONES.find(net)
    shapes = {f"{net}/{i}": (count,) for i, count in enumerate(LPIPS_CHANNELS[net])}

    def converted(path):
        state = torchfile.read_state_dict(path, "lin")
        return {f"{net}/{i}": _entry(state, f"lin{i}.model.1.weight", path).reshape(-1)
                for i in range(len(shapes))}
    found, published = _load(LINEAR_FILES[net], shapes, converted, folder)
    return list(found.values()), published


def arrays_sha256(arrays: dict[str, np.ndarray]) -> str:
    """SHA-256 of the numbers of all arrays in turn, as little-endian float32."""
    total = hashlib.sha256()
    for values in arrays.values():
        total.update(np.ascontiguousarray(values, "<f4").tobytes())
    return total.hexdigest()


def _load(source: WeightSource, shapes, converted, folder):
    place = Path(folder) if folder else cache_folder() / "lpips"
    ours, published = place / source.arrays, place / source.published
    if ours.is_file():
        arrays = _checked(_read_arrays(ours, shapes), shapes, ours)
        return arrays, arrays_sha256(arrays) == source.digest
    if not published.is_file():
        if folder:
            raise UserError(f"{place} (--lpips_weights, --extractor_weights) has neither "
                            f"{source.arrays} nor {source.published}, which is published at "
                            f"{source.url}{source.published}")
        _fetch(source, published)
    if _sha256(published) != source.sha256:
        raise UserError(f"{published} is not the published file, or is damaged; get it from "
                        f"{source.url}{source.published}")
    return _checked(converted(published), shapes, published), True


def _read_arrays(path, shapes) -> dict[str, np.ndarray]:
    with open_arrays(path, "the weights ") as file:
        held = [name for name in shapes if name in file.names]
        _check_shapes({name: file.header(name) for name in held}, shapes, path)
        return {name: file.read(name) for name in held}


def _entry(state, name, path):
    if name not in state:
        raise UserError(f"{path} has no {name}")
    return state[name]


def _check_shapes(arrays, shapes, path) -> None:
    for name, shape in shapes.items():
        found = tuple(_entry(arrays, name, path).shape)
        if found != shape:
            raise UserError(f"{path}: {name} is {found}, not {shape}")


def _checked(arrays, shapes, path) -> dict[str, np.ndarray]:
    """The arrays of `shapes` as float32. Raises UserError for other shapes and for NaN."""
    _check_shapes(arrays, shapes, path)
    check_finite(path, ((name, np.asarray(arrays[name])) for name in shapes))
    return {name: np.asarray(arrays[name], np.float32) for name in shapes}


def _sha256(path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _fetch(source: WeightSource, path: Path) -> None:
    """Downloads the published file to `path`; it appears there complete and verified or not at
    all."""
    url = source.url + source.published
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with replacing(path) as part, urllib.request.urlopen(url, timeout=30) as answer:
            with open(part, "wb") as file:
                length = answer.headers.get("Content-Length", "")
                fetched(answer, file, url, int(length) if length.isdecimal() else None)
            if _sha256(part) != source.sha256:
                raise UserError(f"{url} is not the file that was published; nothing was kept")
    except (OSError, http.client.HTTPException) as error:
        raise UserError(f"cannot fetch {source.published} ({getattr(error, 'reason', error)}): put "
                        "it into a folder and name that with --lpips_weights FOLDER (of an "
                        "extractor: --extractor_weights), or put it or "
                        f"{source.arrays} into {path.parent}") from error
