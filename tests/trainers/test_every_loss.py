"""Every loss with every kind of GAN and every coupling, from flags alone, for two iterations."""

import numpy as np
import pytest

from commands.dispatch import main
from framework.history import History
from losses.adversarial import LOSSES
from penalties.couplings import COUPLINGS

SMALL = ["--preset", "none", "--generator", "quick", "--width", "0.05", "--latent_dim", "4",
         "--batch_size", "4", "--limit_data", "40", "--compile", "none",
         "--iterations", "2", "--log_every", "1", "--no-tensorboard", "--no-sample_early"]
DATASETS = {"gan": "glyph", "cogan": "glyph2edge", "scogan": "glyph2edge", "adapt": "glyph2edge"}
SHARED = {"adapt": ["--shared_discriminator", "1"]}
NEEDS = {"content": ["--vgg_weights", "random", "--content_layers", "block1_conv1"],
         "style": ["--vgg_weights", "random", "--style_layers", "block1_conv1"],
         "dependence": ["--pairing_weights", "random"],
         "similarity": ["--pairing_weights", "random"]}
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def train(tmp_path_factory):
    """A function of flags to the columns that the run logged."""
    folder, runs = tmp_path_factory.mktemp("losses"), iter(range(1000))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCOGAN_CACHE", str(folder / "cache"))

        def call(*flags):
            run = folder / str(next(runs))
            nets = [] if "gmmn" in flags else ["--discriminator", "quick"]
            assert main([*SMALL, *nets, *flags, "--run", str(run)]) == 0
            found = History(run / "losses.csv").read()
            assert found["iteration"].tolist() == [0, 1]
            assert all(np.isfinite(values).all() for values in found.values())
            return found
        yield call


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("kind", DATASETS)
def test_every_kind(train, kind, loss):
    found = train("--gan_type", kind, "--dataset", DATASETS[kind], "--loss", loss,
                  *SHARED.get(kind, ()))
    assert {"d/glyph", "g/glyph"} <= set(found)


@pytest.mark.parametrize("loss", LOSSES)
def test_all_couplings_together(train, loss):
    flags = [word for name in COUPLINGS for word in (f"--{name}_weight", "1")]
    extra = {tuple(words) for words in NEEDS.values()}
    words = dict(pair for some in extra for pair in zip(some[::2], some[1::2], strict=True))
    found = train("--gan_type", "scogan", "--dataset", "glyph2edge", "--loss", loss, *flags,
                  *(word for pair in words.items() for word in pair))
    assert set(COUPLINGS) <= set(found)


@pytest.mark.parametrize("name", COUPLINGS)
def test_each_coupling_with_the_loss_of_kernels(train, name):
    found = train("--gan_type", "scogan", "--dataset", "glyph2edge", "--loss", "mmd",
                  f"--{name}_weight", "1", *NEEDS.get(name, ()))
    assert name in found


@pytest.mark.parametrize("kind", ["gmmn", "mmd_gan"])
def test_the_kinds_of_kernels_alone(train, kind):
    assert "g/glyph" in train("--gan_type", kind, "--dataset", "glyph", "--loss", "mmd")
