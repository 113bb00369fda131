"""The blind sheet: what stands in it, and that nothing but the key tells what is true."""

import numpy as np
import pytest

from metrics.blind import OF_EACH, SHUFFLED, TRUE, key_table, latents_needed, sheet
from metrics.extremes import SCORE_STRIP_PIXELS


def numbered(domains, size=64):
    """Images whose level says their latent, of each domain."""
    count = latents_needed(domains)
    level = np.linspace(-1, 1, count)[:, None, None, None]
    return [np.broadcast_to(level, (count, size, size, 3)).astype(np.float32)] * domains


def pieces(picture, domains):
    """The level in the middle of each image, [2 OF_EACH, domains], as the sheet shows them."""
    rows, columns = 2 * OF_EACH // 10, 10
    picture = picture.reshape(rows, -1, columns, picture.shape[1] // columns, 3)
    lines = picture[:, SCORE_STRIP_PIXELS:, :, 30, 0].astype(int)
    side = lines.shape[1] // domains
    return lines[:, [side * k + 30 for k in range(domains)]].transpose(0, 2, 1).reshape(-1, domains)


@pytest.mark.parametrize("domains", [2, 3])
def test_true_pairs_are_of_one_latent_and_no_image_comes_twice(domains):
    picture, key = sheet(numbered(domains), seed=1)
    assert picture.dtype == np.uint8 and picture.shape[1] == 10 * 66
    shown = pieces(picture, domains)
    alike = (shown == shown[:, :1]).all(1)
    assert [TRUE if same else SHUFFLED for same in alike] == key
    assert key.count(TRUE) == key.count(SHUFFLED) == 40
    levels = [*shown[alike, 0], *shown[~alike].ravel()]
    assert len(set(levels)) == len(levels) == latents_needed(domains)


def test_the_order_is_random_and_follows_from_the_seed():
    images = numbered(2, 8)
    (first, key), (again, same), (other, keys) = (sheet(images, seed) for seed in (1, 1, 2))
    assert key == same != keys and (first == again).all() and (first != other).any()
    assert 8 < key[:40].count(TRUE) < 32


def test_small_images_are_enlarged():
    picture, _ = sheet(numbered(2, 28), seed=1)
    assert picture.shape[1] // 10 >= 64 and (picture.shape[1] // 10) % 30 == 0


def test_the_key_as_a_table():
    assert key_table([TRUE, SHUFFLED]) == "number,shown\n1,true\n2,shuffled\n"
