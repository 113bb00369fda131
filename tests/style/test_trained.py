"""The nets of a run that `stylize` draws with."""

import numpy as np
import pytest

from config.resolve import resolve
from config.run import Run
from framework.checkpoint import Checkpoints
from framework.errors import UserError
from style.adain import draw_adain
from style.images import pad_to_multiple
from style.inverse import inverse
from style.trained import REMEMBERED, remembered
from tests.style.runs import CONTENT, PAIR, STYLE, STYLES, image, kept
from trainers.inverse import net_for
from trainers.style_vae import stylist_for
from trainers.variables import all_variables


def test_a_style_is_read_once():
    """As long as it is the same array, and one of the last."""
    read, images = [], [image(4, 4, seed) for seed in range(REMEMBERED + 1)]
    known = remembered(lambda one: read.append(one) or one.sum(keepdims=True))
    for one in (images[0], images[1], images[0], images[0].copy()):
        np.testing.assert_array_equal(known(one), one.sum(keepdims=True))
    assert [each is images[0] for each in read] == [True, False, False]
    for one in (*images[1:], images[0]):
        known(one)
    assert read[-1] is images[0] and len(read) == 3 + REMEMBERED
    shares = remembered(lambda one, share: share * one)
    assert shares(images[0], 2.0) is not shares(images[0], 3.0)
    np.testing.assert_array_equal(shares(images[0], 2.0), 2 * images[0])


@pytest.mark.parametrize("draw, kind", [(inverse, "inverse_net"), (draw_adain, "style_vae")])
def test_runs_that_cannot_draw(draw, kind, tmp_path, inverse_run, style_run):
    with pytest.raises(UserError, match=f"needs --run, the folder of a trained {kind}"):
        draw(CONTENT, STYLES[:1])
    with pytest.raises(UserError, match="no run at"):
        draw(CONTENT, STYLES[:1], run=str(tmp_path / "none"))
    other = {"inverse_net": style_run, "style_vae": inverse_run}[kind][0]
    with pytest.raises(UserError, match=f"is of gan_type .*; --method .* needs a {kind}"):
        draw(CONTENT, STYLES[:1], run=other)
    flags = ["--gan_type", "inverse_net", *PAIR] if kind == "inverse_net" else STYLE
    Run.open(tmp_path / "new", resolve([*flags, "--run", str(tmp_path / "new")])).close()
    with pytest.raises(UserError, match="has no checkpoint yet"):
        draw(CONTENT, STYLES[:1], run=str(tmp_path / "new"))


def test_a_checkpoint_that_is_newer_is_drawn_from(tmp_path):
    run, net = kept(tmp_path / "run", ["--gan_type", "inverse_net", *PAIR, "--width", "0.05"],
                    net_for, "inverse")
    before = inverse(CONTENT, STYLES[:1], run=run, color_share=0.0)
    net.get_layer("inverse_row5_conv").bias.assign([9.0, 9.0, 9.0])
    Checkpoints(tmp_path / "run/checkpoints", {"inverse": net.variables, "more": []}).save(4)
    after = inverse(CONTENT, STYLES[:1], run=run, color_share=0.0)
    assert (after - before).min() > 5


def test_edges():
    padded = pad_to_multiple(CONTENT, 8)
    assert padded.shape == (1, 24, 24, 3)
    np.testing.assert_array_equal(padded[:, 18:, :23], CONTENT[:, -1:].repeat(6, 1))
    np.testing.assert_array_equal(pad_to_multiple(CONTENT, 1), CONTENT)


def test_a_run_whose_nets_are_not_finite_is_refused_by_name(tmp_path):
    config = resolve([*STYLE, "--width", "0.1", "--latent_dim", "3", "--run", str(tmp_path / "r")])
    Run.open(tmp_path / "r", config).close()
    variables = all_variables(stylist_for(config).nets.values())
    variables[0].assign(variables[0] * np.nan)
    Checkpoints(tmp_path / "r" / "checkpoints", {"stylist": variables, "more": []}).save(3)
    with pytest.raises(UserError, match="newest checkpoint of .*r: .* not finite"):
        draw_adain(CONTENT, STYLES[:1], run=str(tmp_path / "r"))
