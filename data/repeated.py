"""What a training says of its data in one line each: how many, how large, and which come twice."""

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np

from data.domain import Domain

MOST_BYTES = 2**28              # of a domain's pixels that are looked through: under a second


def digests(images: object) -> list[bytes]:
    """A digest of the pixels of each image [N, H, W, C]; none of images that are decoded only when
    they are needed, of points, and of more than MOST_BYTES."""
    if not isinstance(images, np.ndarray) or images.ndim < 4 or images.nbytes > MOST_BYTES:
        return []
    return [blake2b(image.tobytes(), digest_size=16).digest() for image in images]


def described(domains: Sequence[Domain]) -> list[str]:
    """A line for each domain: its name, the number and shape of its images, how many are equal to
    an earlier one of it, and how many are in an earlier domain too."""
    lines, earlier = [], {}
    for d in domains:
        found = digests(d.images)
        different = set(found)
        line = f"{d.name}: {len(d)} of {' x '.join(map(str, d.images.shape[1:]))}"
        if count := len(found) - len(different):
            line += f", {count} of them the same as others"
        for name, others in earlier.items():
            if count := len(different & others):
                line += f", {count} of them in {name} too"
        earlier[d.name] = different
        lines.append(line)
    return lines
