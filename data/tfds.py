"""Data sets through TensorFlow Datasets, for when no local file is there.

TFDS retries for minutes where the network is away and leaves half of a data set behind. Here
the server is asked first, within seconds, and the data set is prepared in a folder beside its
place and moved there when it is whole.
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

import numpy as np

from framework.errors import UserError

TFDS_NAMES = {"mnist": "mnist", "svhn": "svhn_cropped", "celeba": "celeb_a"}
REQUIRED_PACKAGES = {"svhn": "scipy"}       # TFDS reads SVHN's .mat files with it, and does not ask for it
LOCAL_FILES = {"mnist": "mnist.npz", "svhn": "svhn.npz",
          "celeba": "celeba/ with img_align_celeba and list_attr_celeba.txt"}
OFFLINE_SUBSTITUTES = {"mnist": "glyph", "svhn": "glyph_street"}
SERVER_TIMEOUT_SECONDS = 4.0                  # seconds to wait for the server


def root(data_dir: Path | None) -> Path:
    """Where TFDS keeps its data sets: `data_dir`, or its own default folder."""
    default = os.environ.get("TFDS_DATA_DIR") or "~/tensorflow_datasets"
    return Path(data_dir or default).expanduser()


def tfds_name(name: str) -> str:
    """What TFDS calls the data set `name`, any unknown one being a set of CycleGAN."""
    return TFDS_NAMES.get(name, f"cycle_gan/{name}")


def is_prepared(name: str, data_dir: Path | None) -> bool:
    """Whether the data set lies prepared in the folder. Needs no TensorFlow."""
    return any((root(data_dir) / tfds_name(name)).glob("*/dataset_info.json"))


def read_tfds(name: str, split: str, data_dir: Path | None) -> tuple[np.ndarray, np.ndarray]:
    """Images uint8 [N, 28, 28] or [N, 32, 32, 3] and labels int32 [N] of `mnist` or `svhn`.

    Downloads and prepares the data set if it is not there. Raises UserError, within seconds
    if the network is away, naming the ways out; nothing is left behind then.
    """
    if not is_prepared(name, data_dir):
        prepare(name, root(data_dir))
    import tensorflow_datasets as tfds
    try:
        builder = tfds.builder(tfds_name(name), data_dir=root(data_dir))
        arrays = tfds.as_numpy(builder.as_dataset(split=split, batch_size=-1))
    except Exception as error:      # TFDS and TensorFlow have many for a damaged data set
        raise UserError(f"TFDS cannot read {root(data_dir) / tfds_name(name)}; remove it to have "
                        f"it downloaded again ({first_line(error)})") from error
    images = arrays["image"]
    images = images[..., 0] if images.shape[-1] == 1 else images
    return images, arrays["label"].astype(np.int32)


def prepare(name: str, target: Path, **settings) -> None:
    """Downloads the data set into `target`, prepared; `settings` are those of TFDS's builder.

    Raises UserError, within seconds if the network is away; nothing is left behind then.
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


def _download(tfds, name, target, settings):
    """Prepares the data set in a folder of its own inside `target`, then moves it in place."""
    with tempfile.TemporaryDirectory(prefix=".incomplete-", dir=target) as folder:
        builder = tfds.builder(tfds_name(name), data_dir=folder, **settings)
        builder.download_and_prepare(download_dir=Path(folder) / "downloads")
        made = Path(builder.data_dir)
        place = target / made.relative_to(folder)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(made, place)


def why_unreachable(url: str, seconds: float = SERVER_TIMEOUT_SECONDS) -> str | None:
    """Why the server of `url` does not give it, or None; asked for at most `seconds`.

    Asked in a thread, because looking up a name keeps to no time limit. A certificate that
    Python does not trust is no reason: TFDS brings certificates of its own.
    """
    request = urllib.request.Request(url, method="HEAD")
    answer = [f"no answer from {request.host} in {seconds:g} s"]

    def ask():
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


def _download_error(name, target, why) -> UserError:
    place = LOCAL_FILES.get(name, f"{name}/ or {name}.zip with trainA and trainB")
    instead = f", or use {OFFLINE_SUBSTITUTES[name]}, which needs neither" if name in OFFLINE_SUBSTITUTES else ""
    return UserError(f"{name} is not in {target} and cannot be downloaded ({why}): put {place} "
                     f"into --data_dir, or allow the download{instead}")


def first_line(error) -> str:
    """The first line of what an exception says, or its kind."""
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]
