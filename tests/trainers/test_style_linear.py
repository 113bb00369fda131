"""The linear stylist's training: its terms by hand, a run, and what `stylize` draws from it."""

import cv2
import keras
import numpy as np
import tensorflow as tf

from commands.dispatch import main
from config.resolve import load_config
from nets.linear_style import LinearStylist
from nets.vgg import VGGFeatures
from style.images import read_uint8
from trainers.style_vae import LinearTrainer

LAYERS = ("block1_conv1", "block2_conv1")
WEIGHTS = {"content": 1e-3, "style": 2e-3, "palette": 0.0}


def stored(count, seed):
    return np.random.default_rng(seed).integers(0, 256, (count, 16, 16, 3), np.uint8)


def trainer_for(vgg):
    keras.utils.set_random_seed(3)
    return LinearTrainer(
        LinearStylist(LAYERS[1], "random"), lambda images: dict(zip(LAYERS, vgg(images),
                                                                    strict=True)),
        keras.optimizers.Adam(1e-3), weights=WEIGHTS, content_layers=LAYERS[1:],
        style_layers=LAYERS)


def test_terms_by_hand_and_what_an_iteration_moves():
    vgg = VGGFeatures(LAYERS, "random")
    trainer = trainer_for(vgg)
    photos, paintings = (stored(2, seed).astype("float32") / 127.5 - 1 for seed in (0, 1))
    terms = trainer.terms(photos, paintings, None)
    made = trainer.stylist.image(trainer.stylist.content(photos), trainer.stylist.style(paintings))
    seen, wanted, painted = ([np.asarray(f, "float64") for f in vgg(x)]
                             for x in (made, photos, paintings))
    np.testing.assert_allclose(terms["content"], np.mean((seen[1] - wanted[1])**2), rtol=1e-3)

    def gram(f):
        return np.einsum("bhwc,bhwd->bcd", f, f) / (f.shape[1] * f.shape[2])
    style = sum(np.mean((gram(a) - gram(b))**2) for a, b in zip(seen, painted, strict=True))
    np.testing.assert_allclose(terms["style"], style, rtol=1e-3)
    again = np.asarray(vgg(trainer.stylist.decode(painted[1].astype("float32")))[1], "float64")
    np.testing.assert_allclose(terms["reconstruction"], np.mean((again - painted[1])**2),
                               rtol=1e-3)
    assert trainer.weight("reconstruction", tf.constant(0)) == WEIGHTS["content"]
    assert set(terms) == {"content", "style", "reconstruction"}

    before = [v.numpy() for v in trainer.variables]
    trainer.iterate(tf.constant(0), (stored(2, 0)[None], stored(2, 1)[None]))
    moved = {v.path: np.abs(v - old).max() for v, old in zip(trainer.variables, before,
                                                              strict=True)}
    assert len(moved) == 6 + 2 * 8 + 2 * 2
    # A bias in front of the compression's difference of means is the same in all the image.
    assert min(moved.values()) > 1e-5, moved


def test_a_run_through_the_command_line(pictures, tmp_path, monkeypatch):
    run = tmp_path / "run"
    assert main(["--gan_type", "style_vae", "--preset", "quick-linear", "--dataset", pictures,
                 "--image_size", "24", "--crop", "12", "--batch_size", "2", "--vgg_weights",
                 "random", "--content_layers", LAYERS[1], "--style_layers", ",".join(LAYERS),
                 "--iterations", "2", "--sample_columns", "2", "--compile", "none",
                 "--no-tensorboard", "--run", str(run)]) == 0
    assert load_config(run).style.transform == "linear"
    assert sorted(p.stem for p in (run / "models").iterdir()) == [
        "compress", "content_matrix", "decoder", "style_matrix", "uncompress"]
    monkeypatch.chdir(tmp_path)
    for name, seed in (("c", 0), ("s", 1), ("t", 2)):
        cv2.imwrite(f"{name}.png", stored(1, seed)[0])
    words = ["stylize", "c.png", "s.png", "t.png", "--method", "adain", "--run", str(run)]
    images = {}
    for mix in ("1,0", "0.5,0.5", "0,1"):
        assert main([*words, "--mix", mix, "--output", "o.png", "--overwrite"]) == 0
        images[mix] = read_uint8("o.png")
    assert len({image.tobytes() for image in images.values()}) == 3
    assert images["1,0"].shape == (16, 16, 3)
    assert main([*words[:2], "--method", "adain", "--run", str(run), "--random_styles", "2",
                 "--output", "p.png"]) == 2
