"""`main.py export`: every form comes back as the same net, in its own runtime."""

from importlib.util import find_spec

import numpy as np
import pytest

from commands.dispatch import main
from commands.export import FORMATS
from config.resolve import resolve
from tests.style.runs import STYLE, kept
from tests.trainers.test_translate import new_run
from trainers import export, fitted_encoder
from trainers.fitted_encoder import encoder_of
from trainers.restore import Sampler
from trainers.style_vae import stylist_for

NETS = ["encoder_glyph", "encoder_glyph_edge", "generator_glyph", "generator_glyph_edge",
        "glyph_edge_to_glyph", "glyph_to_glyph_edge"]
ONE_OF_EACH = ["encoder_glyph_edge", "generator_glyph", "glyph_edge_to_glyph"]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    path = new_run(tmp_path_factory.mktemp("export") / "run", "--conditional")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fitted_encoder, "compiled", lambda function: function)
        assert main(["fit-encoder", str(path), "--iterations", "3"]) == 0
    return path


def test_the_command_and_the_table_know_the_same_forms():
    assert tuple(export.FORMS) == FORMATS


@pytest.mark.parametrize("form", FORMATS)
def test_it_draws_what_the_run_draws(run, tmp_path, capsys, monkeypatch, form):
    """Of the forms that take a second for each net, one of each kind of net."""
    about, names, whole = export.FORMS[form], NETS, export.generator_nets
    if form != "keras":
        names = ONE_OF_EACH
        monkeypatch.setattr(export, "generator_nets", lambda sampler: {
            name: net for name, net in whole(sampler).items() if name in names})
    for package in (*about.needs, about.reads):
        if find_spec(package) is None:
            pytest.skip(f"{package} is not installed; requirements-export.txt names it")
    assert main(["export", str(run), "--format", form, "--output", str(tmp_path / "out")]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert len(printed) == len(names) and all("from the run's own" in line for line in printed)
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        f"{name}{about.suffix}" for name in names]

    sampler = Sampler(run)
    inputs = np.asarray(sampler.inputs(5, seed=3), np.float32)
    drawn = sampler.draw(inputs)
    files = {name: about.read(tmp_path / "out" / f"{name}{about.suffix}") for name in names}
    for name, images in zip(("generator_glyph", "generator_glyph_edge"), drawn, strict=True):
        if name in names:
            np.testing.assert_allclose(files[name]([inputs])[0], images, atol=1e-4)
    found = encoder_of(sampler)(drawn[1], 1)
    np.testing.assert_allclose(files["encoder_glyph_edge"]([drawn[1]])[0], found, atol=1e-4)
    np.testing.assert_allclose(files["glyph_edge_to_glyph"]([drawn[1]])[0],
                               sampler.draw(found)[0], atol=1e-4)


def test_a_run_without_an_encoder_and_one_of_styles(tmp_path, capsys, monkeypatch):
    bare = new_run(tmp_path / "bare")
    assert main(["export", str(bare)]) == 0
    assert sorted(p.name for p in (bare / "exported").iterdir()) == [
        "generator_glyph.keras", "generator_glyph_edge.keras"]
    kept(tmp_path / "style", [*STYLE, "--width", "0.1", "--latent_dim", "4"],
         lambda config: list(stylist_for(config).nets.values()), "stylist")
    capsys.readouterr()
    assert main(["export", str(tmp_path / "style")]) == 0
    assert capsys.readouterr().out.count("from the run's own") == 3
    assert sorted(p.name for p in (tmp_path / "style" / "exported").iterdir()) == [
        "content_encoder.keras", "decoder.keras", "style_encoder.keras"]

    # TFLite knows one size alone, and puts the two inputs of a decoder and the two outputs of an
    # encoder in an order of its own.
    nets = {name: net for name, net in export.nets_of(str(tmp_path / "style")).items()
            if name != "content_encoder"}
    monkeypatch.setattr(export, "nets_of", lambda run: nets)
    assert main(["export", str(tmp_path / "style"), "--format", "tflite", "--image_size", "40",
                 "--output", str(tmp_path / "phone")]) == 0
    printed = capsys.readouterr().out
    assert printed.count("from the run's own") == 2
    assert "style_encoder.tflite: [1, 40, 40, 3] -> [1, 4], [1, 4]" in printed
    read = export.FORMS["tflite"].read(tmp_path / "phone" / "style_encoder.tflite")
    image = np.random.default_rng(1).uniform(-1, 1, (1, 40, 40, 3)).astype("float32")
    own = nets["style_encoder"](image)
    for found, expected in zip(read([image]), own, strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-4)
    assert np.abs(np.asarray(own[0]) - np.asarray(own[1])).max() > 1e-3


@pytest.mark.parametrize("more, scale", [([], 8), (["--content_encoder", "vgg"], 4),
                                         (["--no_style_variance"], 2)])
def test_inputs_of_nets_that_repaint_fit_each_other(more, scale):
    """Decoders of variational styles read a photograph beside its activations."""
    net = stylist_for(resolve([
        "--gan_type", "style_vae", "--preset", "none", "--dataset", "glyph2edge", "--repaint",
        "--latent_dim", "8", "--width", "0.1", "--vgg_weights", "random",
        "--content_weight", "1", "--style_weight", "1", "--content_layers", "block2_conv1",
        "--style_layers", "block1_conv1", *more])).nets["decoder"]
    assert export.sides_of(net, 40)[0] == 40 // scale
    inputs = export.random_inputs(net)
    assert np.asarray(net(inputs if len(inputs) > 1 else inputs[0])).shape == (3, 64, 64, 3)
    small = export.of_one_size(net, 40)
    assert small.output_shape == (1, 40, 40, 3)
    assert [x.shape[1:3] for x in small.inputs if len(x.shape) == 4] == [
        (40 // scale,) * 2, (40, 40)][:len(net.inputs)]


def test_a_net_that_comes_back_as_another_is_not_kept(run, tmp_path, monkeypatch, capsys):
    whole = export.FORMS["keras"].read
    monkeypatch.setitem(export.FORMS, "keras", export.FORMS["keras"]._replace(
        read=lambda path: lambda inputs: [x + 2e-4 for x in whole(path)(inputs)]))
    assert main(["export", str(run), "--output", str(tmp_path / "out")]) == 2
    assert "gives other numbers than the run's net (by 2.0e-04)" in capsys.readouterr().err
    assert not list((tmp_path / "out").iterdir())


def test_a_missing_package_is_named_before_anything_is_written(run, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(export, "find_spec", lambda name: None)
    assert main(["export", str(run), "--format", "onnx", "--output", str(tmp_path / "out")]) == 2
    assert "written by onnx and tf2onnx; install what requirements-export.txt" in (
        capsys.readouterr().err)
    assert not (tmp_path / "out").exists()
    assert main(["export", str(run), "--output", str(tmp_path / "out")]) == 0
    assert "not compared: keras is not installed" in capsys.readouterr().out
