"""stylize through the command line: what it writes, and what it refuses with one line."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from commands.dispatch import main
from framework.errors import UserError
from style import stylize, video
from style.images import read_uint8
from style.methods import METHODS

WEIGHTS = ["--vgg_weights", "random"]
FAST = [*WEIGHTS, "--layer", "block1_conv2", "--iterations", "2"]


@pytest.fixture(autouse=True)
def pictures(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    for name, size in (("c.png", (20, 28)), ("s.png", (16, 24)), ("t.png", (18, 18)),
                       ("tiny.png", (2, 30)), ("folder/a.png", (14, 20)),
                       ("folder/b.png", (20, 14)), ("tinyfolder/a.png", (2, 30))):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        cv2.imwrite(str(tmp_path / name), rng.integers(0, 256, (*size, 3), np.uint8))
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "broken.png").write_bytes(b"\x89PNG no")
    (tmp_path / "short.npz").write_bytes(b"")
    np.savez(tmp_path / "short.npz", **{f"block1_conv1/{k}": np.ones(s, "float32") for k, s in (
        ("kernel", (3, 3, 3, 64)), ("bias", 64))})
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def film(tmp_path):
    with video.write_film(tmp_path / "f.mp4", 7) as take:
        for i in (0, 0, 1):
            take(cv2.resize(read_uint8("folder/a.png" if i else "c.png"), (40, 24)))
    return "f.mp4"


def test_one_image(capsys, pictures):
    assert main(["stylize", "c.png", "s.png", *FAST, "--output", "o.png", "--compare", "cmp.png",
                 "--curve", "loss.csv"]) == 0
    assert read_uint8("o.png").shape == (20, 28, 3)
    assert read_uint8("cmp.png").shape == (20, 3 * 28 + 2 * 6, 3)
    np.testing.assert_array_equal(read_uint8("cmp.png")[:, -28:], read_uint8("o.png"))
    np.testing.assert_array_equal(read_uint8("cmp.png")[:, :28], read_uint8("c.png"))
    assert (pictures / "loss.csv").read_text().count("\n") == 3
    assert capsys.readouterr().out == "o.png\n"


def test_every_method_of_optimisation_and_every_kept_colour(capsys):
    made = {}
    for name, words in {
            "swap": FAST, "rgb": ["--layer", "rgb", "--iterations", "2"],
            "large": [*FAST, "--patch_size", "5", "--stride", "3", "--memory_limit", "40"],
            "lbfgs": [*FAST, "--optimizer", "lbfgs", "--init", "noise", "--seed", "3"],
            "gatys": [*WEIGHTS, "--method", "gatys", "--content_layers", "block1_conv2",
                      "--style_layers", "block1_conv1", "--iterations", "2"],
            "luminance": [*FAST, "--keep_colors"], "coral": [*FAST, "--keep_colors", "coral"]
    }.items():
        assert main(["stylize", "c.png", "s.png", *words, "--output", f"{name}.png"]) == 0
        made[name] = read_uint8(f"{name}.png")
    assert {name: image.shape[:2] for name, image in made.items() if name != "large"} == {
        name: (20, 28) for name in made if name != "large"}
    assert made["large"].shape == (20, 26, 3)
    assert len({image.tobytes() for image in made.values()}) == len(made)
    chroma = [cv2.cvtColor(image, cv2.COLOR_RGB2YUV)[..., 1:].astype(int)
              for image in (made["luminance"], read_uint8("c.png"))]
    assert np.median(np.abs(chroma[0] - chroma[1])) <= 2


def test_gatys_takes_the_layers_that_the_weights_have_and_says_so(capsys):
    gatys = ["stylize", "c.png", "s.png", "--method", "gatys", "--vgg_weights", "short.npz",
             "--iterations", "2", "--optimizer", "adam", "--no_report"]
    only = "block1_conv1"
    assert main([*gatys, "--output", "usual.png"]) == 0
    assert [line for line in capsys.readouterr().err.splitlines() if "ends at" in line] == [
        "short.npz ends at block1_conv1, which stands for block4_conv2",
        "short.npz ends at block1_conv1, without block2_conv1, block3_conv1, block4_conv1, "
        "block5_conv1"]
    assert main([*gatys, "--output", "named.png", "--content_layers", only, "--style_layers",
                 only]) == 0
    assert "ends at" not in capsys.readouterr().err
    np.testing.assert_array_equal(read_uint8("usual.png"), read_uint8("named.png"))


def test_several_styles_and_sizes(pictures):
    assert main(["stylize", "c.png", "s.png", "t.png", *FAST, "--output", "o.jpg",
                 "--content_size", "14", "--style_size", "12", "--compare", "sheet.png"]) == 0
    assert sorted(p.name for p in pictures.glob("o*")) == ["o-s.jpg", "o-t.jpg", "o.html"]
    assert read_uint8("o-t.jpg").shape == (10, 14, 3)
    assert read_uint8("sheet.png").shape == (2 * 10 + 6, 3 * 14 + 2 * 6, 3)


def test_a_folder(pictures):
    assert main(["stylize", "folder", "s.png", *FAST, "--output", "made"]) == 0
    assert sorted(p.name for p in (pictures / "made").iterdir()) == ["a.png", "b.png",
                                                                          "report.html"]
    assert read_uint8("made/b.png").shape == (20, 14, 3)
    assert main(["stylize", "folder", "s.png", "t.png", *FAST, "--output", "made"]) == 0
    assert len(list((pictures / "made").glob("*.png"))) == 6


@pytest.mark.parametrize("method", [FAST, ["--method", "gatys", *WEIGHTS, "--content_layers",
                                           "block1_conv2", "--style_layers", "block1_conv1",
                                           "--iterations", "2"]])
def test_a_film_keeps_its_rate_and_is_drawn_from_the_frame_before(film, method):
    assert main(["stylize", film, "s.png", *method, "--output", "o.mp4", "--content_size",
                 "20", "--keep_colors", "coral"]) == 0
    found = video.Film("o.mp4")
    assert found.rate == 7 and [frame.shape for frame in found] == [(12, 20, 3)] * 3


def test_a_method_that_mixes_gets_all_styles_at_once(monkeypatch, pictures):
    seen = []

    def mixing(content, styles, *, mix=None):
        seen.append((len(styles), mix))
        return content
    monkeypatch.setattr(METHODS, "find", lambda name: mixing)
    assert main(["stylize", "c.png", "s.png", "t.png", "--method", "adain", "--mix", "0.25,0.75",
                 "--output", "o.png", "--compare", "x.png"]) == 0
    assert seen == [(2, (0.25, 0.75))]
    np.testing.assert_array_equal(read_uint8("o.png"), read_uint8("c.png"))
    assert read_uint8("x.png").shape[1] == 4 * 28 + 3 * 6


def test_stopping_by_hand(monkeypatch, capsys):
    def stop(*args, **settings):
        raise KeyboardInterrupt
    monkeypatch.setattr(stylize, "main", stop)
    assert main(["stylize", "c.png", "s.png", "--output", "o.png"]) == 130


@pytest.mark.parametrize("words, message", [
    ("c.png", "required: --output"), ("c.png --output o.png", "name a style image"),
    ("c.png s.png --output o.png --method swop", "unknown method 'swop'; did you mean 'swap'"),
    ("none.png s.png --output o.png", "cannot read the image none.png: No such file"),
    ("c.png none.png --output o.png", "cannot read the image none.png"),
    ("empty.png s.png --output o.png", "the image empty.png is empty"),
    ("c.png broken.png --output o.png", "the image broken.png is broken"),
    ("c.png s.png --output o.gif", "o.gif: a picture is written as"),
    ("c.png s.png --output none/o.png", "there is no folder none"),
    ("folder s.png --output c.png", "folder is a folder, so the output is one too"),
    ("none.mp4 s.png --output o.mp4", "there is no film none.mp4"),
    ("none.mp4 s.png --output o.png", "a film is written as"),
    ("c.png s.png folder/s.png --output o.png", "two results would be called o-s.png"),
    ("c.png s.png --output c.png", "c.png would be replaced by its own result"),
    ("c.png s.png --output tiny.png", "tiny.png exists; choose another name or add --overwrite"),
    ("c.png s.png --output o.png --compare o.png", "two results would be called o.png"),
    ("c.png s.png --output o.png --compare s.png", "s.png would be replaced by its own result"),
    ("c.png s.png --output o.png --curve tiny.png", "tiny.png exists; choose another name"),
    ("c.png s.png --output c.png --overwrite", "c.png would be replaced by its own result"),
    ("c.png s.png --output o.png --layer block3_con1", "did you mean 'block3_conv1'"),
    ("c.png s.png --output o.png --patch_size 6", "the style has 6x4 positions"),
    ("tiny.png s.png --output o.png --layer rgb", "the content has 30x2 positions"),
    ("c.png s.png --output o.png --stride 4", "leave gaps"),
    ("c.png s.png --output o.png --patch_size 0", "patch_size must be from 1"),
    ("c.png s.png --output o.png --memory_limit 1 --layer block1_conv1", "memory limit is 1 MiB"),
    ("c.png s.png --output o.png --memory_limit 0", "memory_limit must be at least 1"),
    ("c.png s.png --output o.png --iterations 0", "iterations must be at least 1"),
    ("c.png s.png --output o.png --content_size -1", "content_size must be from 0"),
    ("c.png s.png --output o.png --mix 1 --method gatys", "mix means nothing to the method gatys"),
    ("c.png s.png --output o.png --mix 0.5,0.5", "2 weights do not mix 1 styles"),
    ("c.png s.png --output o.png --content_mask s.png", "give --content_mask and --style_mask"),
    ("c.png s.png --output s.png --content_mask c.png --style_mask c.png --overwrite",
     "s.png would be replaced"),
    ("c.png s.png --output o.png --strength 1.5", "strength must be from 0 to 1"),
    ("c.png s.png --output o.png --method adain --mix 1,x", "mix is numbers parted by commas"),
    ("c.png s.png --output o.png --method adain --mix 1,1", "sum to 1, not to 2"),
    ("c.png s.png --output o.png --method adain --grid 2 --keep_colors", "use --keep_colors coral"),
    ("tinyfolder s.png --method swap --output made", "the content has 7x0 positions"),
    ("c.png s.png --output o.png --keep_colors luma", "did you mean 'luminance'"),
    ("c.png s.png --output o.png --optimizer adm", "did you mean 'adam'"),
    ("c.png s.png --output o.png --init nois", "did you mean 'noise'"),
    ("c.png s.png --output o.png --pooling mean", "unknown pooling 'mean'"),
    ("c.png s.png --output o.png --vgg_weights none.npz", "no weights of vgg19 at none.npz"),
    ("c.png s.png --method swap --output o.png --vgg_weights short.npz", "has no block1_conv2, "
     "which block3_conv1 of vgg19 need; it holds block1_conv1"),
    ("c.png s.png --output o.png --method gatys --vgg_weights short.npz --style_layers "
     "block5_conv1", "block5_conv1 of vgg19"),
    ("c.png s.png --output o.png --curve x.jpg", "a curve is a .png or a .csv"),
    ("c.png s.png t.png --output o.png --curve x.png", "a curve is of one image in one style"),
    ("c.png s.png --output o.png --method adain --curve x.png", "mrf, nnst, swap, gatys"),
    ("f.mp4 s.png --output o.mp4 --compare x.png", "compare and curve are of images"),
    ("c.png s.png --output o.png --sede 1", "did you mean '--seed'"),
])
def test_mistakes_are_one_line_and_leave_nothing(capsys, pictures, words, message):
    before = sorted(pictures.rglob("*"))
    extra = [] if "vgg_weights" in words or "--method" in words or "rgb" in words else WEIGHTS
    assert main(["stylize", *words.split(), *extra]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("scogan: error: ") and err.count("\n") == 1
    assert message in err
    assert sorted(pictures.rglob("*")) == before


def test_a_picture_is_replaced_where_that_is_asked_for(pictures):
    (pictures / "taken.png").write_bytes((pictures / "tiny.png").read_bytes())
    assert main(["stylize", "c.png", "s.png", *FAST, "--output", "taken.png", "--overwrite"]) == 0
    assert read_uint8("taken.png").shape == read_uint8("c.png").shape


def test_a_full_disk_is_one_line(capsys, monkeypatch, pictures):
    def full(path, data):
        raise OSError(28, "No space left on device")
    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    before = sorted(pictures.rglob("*"))
    assert main(["stylize", "c.png", "s.png", *FAST, "--output", "o.png"]) == 2
    assert capsys.readouterr().err == "scogan: error: cannot write o.png: No space left on device\n"
    assert sorted(pictures.rglob("*")) == before


def test_options_are_checked_against_the_method():
    with pytest.raises(UserError, match="layer means nothing to the method gatys; it belongs to"):
        stylize.check_options("gatys", METHODS["gatys"], {"layer": "rgb"})


def test_a_damaged_film_says_so_and_draws_what_can_be_read(pictures, monkeypatch, capsys):
    with video.write_film("film.avi", 25) as take:
        for i in range(30):
            take(np.random.default_rng(i).integers(0, 255, (48, 64, 3), np.uint8))
    data = bytearray(Path("film.avi").read_bytes())
    data[len(data) // 2:len(data) // 2 + 9000] = bytes(9000)
    Path("film.avi").write_bytes(data)
    drawn = []

    def drawing(content, styles):
        drawn.append(content)
        return content
    monkeypatch.setattr(METHODS, "find", lambda name: drawing)
    assert main(["stylize", "film.avi", "s.png", "--output", "o.avi"]) == 0
    said = capsys.readouterr().err.splitlines()
    assert len([line for line in said if "of the 30 frames" in line]) == 1
    assert 20 < video.Film("o.avi").frame_count == len(drawn) < 30


def test_equal_names_in_several_folders_are_all_drawn(pictures, monkeypatch):
    for place in ("classes/cats", "classes/dogs"):
        Path(place).mkdir(parents=True)
        for name in ("1.png", "2.png"):
            cv2.imwrite(f"{place}/{name}", np.full((16, 16, 3), len(place), np.uint8))
    monkeypatch.setattr(METHODS, "find", lambda name: lambda content, styles: content)
    assert main(["stylize", "classes", "s.png", "--output", "made"]) == 0
    assert sorted(str(p) for p in Path("made").rglob("*.png")) == [
        "made/cats/1.png", "made/cats/2.png", "made/dogs/1.png", "made/dogs/2.png"]


def test_a_broken_image_of_a_folder_is_passed_over_with_a_line(pictures, monkeypatch, capsys):
    Path("some").mkdir()
    for name in ("b", "c"):
        cv2.imwrite(f"some/{name}.png", np.full((16, 16, 3), 9, np.uint8))
    Path("some/a.png").write_bytes(b"no image")
    monkeypatch.setattr(METHODS, "find", lambda name: lambda content, styles: content)
    assert main(["stylize", "some", "s.png", "--output", "made"]) == 0
    assert sorted(p.name for p in Path("made").glob("*.png")) == ["b.png", "c.png"]
    out, err = capsys.readouterr()
    assert out.split() == ["made/b.png", "made/c.png"]
    assert [line for line in err.splitlines() if "some/a.png is broken" in line and
            "passed over" in line]
    for name in ("b", "c"):
        Path(f"some/{name}.png").write_bytes(b"no image")
    assert main(["stylize", "some", "s.png", "--output", "none"]) == 2
    assert not Path("none").exists()
