"""Data sets from TensorFlow Datasets, used if there is no local file.

Without a network TFDS retries for minutes and leaves half of a data set behind. So this module
first asks the server, within seconds, then prepares the data set in a temporary folder, and moves
it to its place when it is complete.
"""

import contextlib
import http.client
import importlib.util
import os
import shutil
import ssl
import tempfile
import threading
import urllib.request
from pathlib import Path
from typing import Any

import numpy as np

from framework.errors import UserError

TFDS_NAMES = {"mnist": "mnist", "svhn": "svhn_cropped", "celeba": "celeb_a", "cifar10": "cifar10",
              "lfw": "lfw", "lsun_bedroom": "lsun/bedroom", "places365": "places365_small"}
# For .mat files and LMDB; TFDS itself does not require them.
REQUIRED_PACKAGES = {"svhn": "scipy", "lsun_bedroom": "tensorflow_io"}
LOCAL_FILES = {"mnist": "mnist.npz", "svhn": "svhn.npz",
               "celeba": "celeba/ with img_align_celeba and list_attr_celeba.txt",
               "cifar10": "cifar-10-python.tar.gz or its folder cifar-10-batches-py",
               "lfw": "lfw.tgz, lfw-deepfunneled.tgz or the unpacked folder",
               "lsun_bedroom": "a folder or zip lsun_bedroom of images, as LSUN's data.py exports",
               "places365": "a folder or zip places365 of images, or places365_standard",
               "imagenet64": "a folder or zip imagenet64 of images, with or without train and val",
               "wikiart": "a folder or zip wikiart of images"}
OFFLINE_SUBSTITUTES = {"mnist": "glyph", "svhn": "glyph_street"}
SERVER_TIMEOUT_SECONDS = 4.0


def root(data_dir: Path | None) -> Path:
    """The folder in which TFDS keeps its data sets: `data_dir`, or its own default folder."""
    default = os.environ.get("TFDS_DATA_DIR") or "~/tensorflow_datasets"
    return Path(data_dir or default).expanduser()


def check_folder(name: str, data_dir: Path | None) -> None:
    """Raises UserError where `data_dir` is no folder in which `name` could be looked for."""
    if data_dir and not data_dir.is_dir():
        raise UserError(f"there is no folder {data_dir} to look for {name} in (--data_dir); "
                        "create it if a download shall go there")


def tfds_name(name: str) -> str:
    """The name of the data set `name` in TFDS; an unknown one is a set of CycleGAN."""
    return TFDS_NAMES.get(name, f"cycle_gan/{name}")


def is_prepared(name: str, data_dir: Path | None) -> bool:
    """Whether the data set lies prepared in the folder. Needs no TensorFlow."""
    return any((root(data_dir) / tfds_name(name)).glob("*/dataset_info.json"))


def read_tfds(name: str, split: str, data_dir: Path | None) -> tuple[np.ndarray, np.ndarray]:
    """Returns images uint8 [N, 28, 28] or [N, 32, 32, 3] and labels int32 [N] of `mnist`,
    `svhn` or `cifar10`.

    Downloads and prepares the data set if it is not there. Raises UserError, without a network
    within seconds, that says what else to do; then nothing is left behind.
    """
    if not is_prepared(name, data_dir):
        prepare(name, root(data_dir))
    import tensorflow_datasets as tfds
    try:
        builder: Any = tfds.builder(tfds_name(name), data_dir=root(data_dir))
        arrays: Any = tfds.as_numpy(builder.as_dataset(split=split, batch_size=-1))
    except Exception as error:      # TFDS and TensorFlow have many for a damaged data set
        raise UserError(f"TFDS cannot read {root(data_dir) / tfds_name(name)}; remove it to have "
                        f"it downloaded again ({first_line(error)})") from error
    images = arrays["image"]
    images = images[..., 0] if images.shape[-1] == 1 else images
    return images, arrays["label"].astype(np.int32)


def prepare(name: str, target: Path, **settings: Any) -> None:
    """Downloads the data set and prepares it in `target`; settings: arguments of TFDS's builder.

    Raises UserError, without a network within seconds; then nothing is left behind.
    """
    missing = REQUIRED_PACKAGES.get(name)
    if missing and importlib.util.find_spec(missing) is None:
        raise _download_error(name, target, f"TFDS needs `pip install {missing}` to read it")
    try:
        import tensorflow_datasets as tfds
        urls = list(tfds.builder_cls(tfds_name(name).split("/")[0]).url_infos or ())
    except Exception as error:      # whatever an installation that does not fit may raise
        raise _download_error(name, target, f"TFDS fails: {first_line(error)}") from error
    for url in urls[:1]:
        why = why_unreachable(url)
        if why:
            raise _download_error(name, target, why)
    created = [folder for folder in (target, *target.parents) if not folder.exists()]
    try:
        target.mkdir(parents=True, exist_ok=True)
        _download(tfds, name, target, settings)
    except Exception as error:      # TFDS has many for a failed download
        raise _download_error(name, target, first_line(error)) from error
    finally:
        for folder in created:
            with contextlib.suppress(OSError):      # not empty: the download is in it
                folder.rmdir()


def _download(tfds: Any, name: str, target: Path, settings: dict[str, Any]) -> None:
    """Prepares the data set in a folder of its own inside `target`, then moves it in place."""
    with tempfile.TemporaryDirectory(prefix=".incomplete-", dir=target) as folder:
        builder = tfds.builder(tfds_name(name), data_dir=folder, **settings)
        size = getattr(getattr(builder, "info", None), "download_size", "")
        print(f"TFDS downloads {name}{f' ({size})' if size else ''} and prepares it in {target}, "
              "once", flush=True)
        builder.download_and_prepare(download_dir=Path(folder) / "downloads")
        prepared = Path(builder.data_dir)
        place = target / prepared.relative_to(folder)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(prepared, place)


def why_unreachable(url: str, seconds: float = SERVER_TIMEOUT_SECONDS) -> str | None:
    """Asks the server for `url` and returns why it does not have it, or None; takes `seconds` at
    most.

    A thread asks, because the look-up of a name ignores time limits. A certificate that Python
    does not trust is no reason, since TFDS brings its own certificates.
    """
    request = urllib.request.Request(url, method="HEAD")
    answer: list[str | None] = [f"no answer from {request.host} in {seconds:g} s"]

    def ask() -> None:
        try:
            with urllib.request.urlopen(request, timeout=seconds):
                answer[0] = None
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", error)
            trust = isinstance(reason, ssl.SSLCertVerificationError)
            answer[0] = None if trust else f"{urllib.request.Request(url).host}: {reason}"

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(seconds)
    return answer[0]


def _download_error(name: str, target: Path, why: str) -> UserError:
    """The error that says why a download fails and what else to do."""
    place = LOCAL_FILES.get(name, f"{name}/ or {name}.zip with trainA and trainB")
    substitute = OFFLINE_SUBSTITUTES.get(name)
    instead = f", or use {substitute}, which needs neither" if substitute else ""
    return UserError(f"{name} is not in {target} and cannot be downloaded ({why}): put {place} "
                     f"into --data_dir, or allow the download{instead}")


def first_line(error: Exception) -> str:
    """The first line of an exception's message, or its type if it has none."""
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]
