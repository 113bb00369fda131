"""Weights from arrays, from published files and from the network, and what is said without."""

import hashlib

import numpy as np
import pytest

from framework.errors import UserError, one_line
from metrics import weights
from metrics.backbones import random_weights
from metrics.weights import arrays_sha256, load_backbone, load_linear

RNG = np.random.default_rng(0)
LINES = [RNG.uniform(size=count).astype("float32") for count in weights.LPIPS_CHANNELS["alex"]]


@pytest.fixture
def published(tmp_path, torch, monkeypatch):
    """The folder of a web site that publishes LINES as alex.pth."""
    site = tmp_path / "site"
    site.mkdir()
    torch.save(site / "alex.pth", {f"lin{i}.model.1.weight": line.reshape(1, -1, 1, 1)
                                   for i, line in enumerate(LINES)})
    checksum = hashlib.sha256((site / "alex.pth").read_bytes()).hexdigest()
    source = weights.LINEAR_FILES["alex"]._replace(url=f"{site.as_uri()}/", sha256=checksum)
    monkeypatch.setitem(weights.LINEAR_FILES, "alex", source)
    monkeypatch.setenv("SCOGAN_CACHE", str(tmp_path / "cache"))
    return site


def test_fetched_once_and_kept(published, tmp_path, capsys):
    found, right = load_linear("alex")
    assert right and "fetching" in capsys.readouterr().out
    for a, b in zip(found, LINES, strict=True):
        np.testing.assert_array_equal(a, b)
    (published / "alex.pth").unlink()
    assert load_linear("alex")[1] and not capsys.readouterr().out
    assert [p.name for p in (tmp_path / "cache" / "lpips").iterdir()] == ["alex.pth"]


def test_another_file_is_not_kept(published, tmp_path):
    (published / "alex.pth").write_bytes(b"an error page")
    with pytest.raises(UserError, match="not the file that was published"):
        load_linear("alex")
    assert not list((tmp_path / "cache" / "lpips").iterdir())


def test_without_a_network_it_says_what_to_place_where(published, tmp_path):
    (published / "alex.pth").unlink()
    with pytest.raises(UserError, match="cannot fetch alex.pth .* into .*cache/lpips"):
        load_linear("alex")
    assert not list((tmp_path / "cache" / "lpips").iterdir())
    with pytest.raises(UserError, match="neither lpips_lin_v0.1.npz nor alex.pth"):
        load_linear("alex", published)


def test_a_published_file_in_a_folder(published):
    assert load_linear("alex", published)[1]
    with open(published / "alex.pth", "ab") as file:
        file.write(b" ")
    with pytest.raises(UserError, match="damaged"):
        load_linear("alex", published)


def test_a_published_backbone(tmp_path, torch, monkeypatch):
    expected = random_weights("squeeze")
    state = {"classifier.1.weight": np.zeros((2, 2), "float32")}
    for name, array in expected.items():
        torchs = name.replace("/kernel", ".weight").replace("/bias", ".bias")
        state[torchs] = array.transpose(3, 2, 0, 1) if array.ndim == 4 else array
    source = weights.BACKBONE_FILES["squeeze"]
    torch.save(tmp_path / source.published, state)
    checksum = hashlib.sha256((tmp_path / source.published).read_bytes()).hexdigest()
    monkeypatch.setitem(weights.BACKBONE_FILES, "squeeze", source._replace(sha256=checksum))
    found, right = load_backbone("squeeze", tmp_path)
    assert right and found.keys() == expected.keys()
    for name in expected:
        np.testing.assert_array_equal(found[name], expected[name])


def test_arrays_are_known_by_what_they_hold(tmp_path, monkeypatch):
    arrays = random_weights("squeeze")
    np.savez(tmp_path / "squeezenet1_1_features.npz", **arrays)
    assert not load_backbone("squeeze", tmp_path)[1]
    source = weights.BACKBONE_FILES["squeeze"]._replace(digest=arrays_sha256(arrays))
    monkeypatch.setitem(weights.BACKBONE_FILES, "squeeze", source)
    assert load_backbone("squeeze", tmp_path)[1]
    arrays["features.12.expand3x3/bias"] = arrays["features.12.expand3x3/bias"] + 1
    np.savez(tmp_path / "squeezenet1_1_features.npz", **arrays)
    assert not load_backbone("squeeze", tmp_path)[1]


def test_the_digest_is_of_the_numbers():
    other = {"b": np.float64([1]), "c": np.array([2])}
    assert arrays_sha256({"a": np.float32([1, 2])}) == arrays_sha256(other)
    assert arrays_sha256({"a": np.float32([1])}) == hashlib.sha256(b"\x00\x00\x80\x3f").hexdigest()


def test_arrays_that_do_not_fit_are_refused(tmp_path):
    path = tmp_path / "lpips_lin_v0.1.npz"
    lines = {f"alex/{i}": line for i, line in enumerate(LINES)}
    for wrong, why in ((lines | {"alex/1": np.zeros(3)}, r"alex/1 is \(3,\), not \(192,\)"),
                       ({"alex/0": LINES[0]}, "has no alex/1")):
        np.savez(path, **wrong)
        with pytest.raises(UserError, match=why):
            load_linear("alex", tmp_path)
    path.write_bytes(b"no arrays")
    with pytest.raises(UserError, match="cannot read the weights"):
        load_linear("alex", tmp_path)


def test_unknown_nets_are_refused():
    for read in (load_backbone, load_linear):
        with pytest.raises(UserError, match="did you mean 'alex'"):
            read("alexa")


def test_the_checksums_begin_as_torchvisions_names_end():
    for source in weights.BACKBONE_FILES.values():
        assert source.published.removesuffix(".pth").endswith(source.sha256[:8])


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_weights_that_are_not_finite_are_refused(tmp_path, value):
    lines = {f"alex/{i}": line.copy() for i, line in enumerate(LINES)}
    lines["alex/2"][0] = value
    np.savez(tmp_path / "lpips_lin_v0.1.npz", **lines)
    with pytest.raises(UserError, match="lpips_lin_v0.1.npz: alex/2 holds .* not finite"):
        load_linear("alex", tmp_path)


def test_missing_weights_name_the_option_that_helps(published, tmp_path):
    (published / "alex.pth").unlink()
    for folder in (None, published):
        with pytest.raises(UserError) as error:
            load_linear("alex", folder)
        assert "--lpips_weights" in one_line(error.value)
