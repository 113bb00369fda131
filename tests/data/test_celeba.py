import zipfile

import cv2
import numpy as np
import pytest

from data import celeba, folders
from data.load import load
from data.names import domain_names
from framework.errors import UserError


@pytest.fixture(autouse=True)
def no_tfds(monkeypatch, tmp_path):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "nothing"))
    celeba._local.cache_clear()


@pytest.fixture
def faces(tmp_path, write_images):
    """20 faces in celeba/img_align_celeba; face i is red i, smiles if i is even, is young if
    i < 5. The rows of the table lie in another order and are more than there are faces."""
    folder = tmp_path / "celeba"
    write_images(folder / "img_align_celeba", 20, size=(16, 16), suffix=".jpg.png")
    for path in (folder / "img_align_celeba").iterdir():
        path.rename(path.with_name(path.name.replace(".jpg.png", ".png")))
    rows = [f"{i:03d}.jpg {1 if i % 2 == 0 else -1} {1 if i < 5 else -1} -1"
            for i in reversed(range(30))]
    (folder / "list_attr_celeba.txt").write_text(
        "30\nSmiling Young Hat\n" + "\n".join(rows) + "\n")
    return folder


def reds(domain):
    return domain.images[np.arange(len(domain))][:, 0, 0, 0].tolist()


def test_faces_with_and_without_are_joined_by_name(tmp_path, faces):
    without, with_it = load(domain_names("CelebSmiling"), tmp_path, image_size=8)
    assert (without.name, with_it.name) == ("without_Smiling", "Smiling")
    assert reds(without) == [1, 3, 5, 7, 11, 13, 15, 17]    # 9 and 19 are held out
    assert reds(with_it) == [0, 2, 4, 6, 8, 10, 12, 14, 16, 18]
    assert with_it.attributes == ("Smiling", "Young") and with_it.classes == 2
    assert with_it.labels.dtype == np.int32 and (with_it.labels[:, 0] == 1).all()
    assert without.labels[:, 1].tolist() == [1, 1, 0, 0, 0, 0, 0, 0]
    assert reds(load(("celeba:without_Smiling",), tmp_path, 8, split="test")[0]) == [9, 19]
    (everyone,) = load(("celeba",), tmp_path, image_size=8)
    assert len(everyone) == 18 and everyone.labels[:5].tolist() == [
        [1, 1], [0, 1], [1, 1], [0, 1], [1, 1]]


def test_the_official_partition_is_heeded(tmp_path, faces):
    parts = "".join(f"{i:03d}.jpg {2 if i >= 15 else i % 2}\n" for i in range(20))
    (faces / "list_eval_partition.txt").write_text(parts)
    (train,), (test,) = (load(("celeba",), tmp_path, 8, split=s) for s in ("train", "test"))
    assert (reds(train), reds(test)) == (list(range(15)), list(range(15, 20)))


@pytest.mark.parametrize("packed", ["all", "images", "bare"])
def test_where_a_set_may_lie(tmp_path, faces, packed):
    if packed == "images":
        with zipfile.ZipFile(faces / "img_align_celeba.zip", "w") as file:
            for path in sorted((faces / "img_align_celeba").iterdir()):
                file.write(path, f"img_align_celeba/{path.name}")
                path.unlink()
        (faces / "img_align_celeba").rmdir()
        place = tmp_path
    elif packed == "all":
        place = tmp_path / "celeb_some.zip"
        with zipfile.ZipFile(place, "w") as file:
            for path in sorted(faces.rglob("*.*")):
                file.write(path, f"images/{path.name}" if path.suffix == ".png" else path.name)
        faces.rename(tmp_path / "elsewhere")
    else:
        (faces / "img_align_celeba").rename(faces / "Img")
        (faces / "Anno").mkdir()
        (faces / "list_attr_celeba.txt").rename(faces / "Anno" / "list_attr_celeba.txt")
        place = faces
    for data_dir in {place, tmp_path} - ({tmp_path} if packed == "bare" else set()):
        assert celeba.is_here(data_dir) and celeba.count("celeba", data_dir) == 20
        (young,) = load(("celeba:Young",), data_dir, image_size=8)
        assert reds(young) == [0, 1, 2, 3, 4]
        assert celeba.count("celeba:without_Young", data_dir) == 15


def test_the_13_attributes_of_the_thesis_are_learned_where_the_table_has_them():
    many = celeba.Faces([], (*reversed(celeba.ATTRIBUTES), "Bald"), None, None)
    assert many.learned_attributes() == celeba.ATTRIBUTES and len(set(celeba.ATTRIBUTES)) == 13
    assert celeba.Faces([], ("Bald", "Hat"), None, None).learned_attributes() == ("Bald", "Hat")


def test_the_crop_of_the_thesis():
    image = np.zeros((218, 178, 3), np.uint8)
    image[32:186, 26:152] = np.random.default_rng(0).integers(0, 255, (154, 126, 1))
    # 154 rows become 128 by the mean of their areas, 126 columns 128 between neighbours.
    edges = np.arange(129) * 154 / 128
    overlap = np.minimum(edges[1:, None], np.arange(1, 155)) - np.maximum(edges[:-1, None],
                                                                         np.arange(154))
    shares = np.maximum(overlap, 0) * 128 / 154
    down = np.einsum("ij,jwc->iwc", shares, image[32:186, 26:152]).round().astype(np.uint8)
    np.testing.assert_allclose(
        celeba.crop_face(image, 128).astype(int),
        cv2.resize(down, (128, 128), interpolation=cv2.INTER_LINEAR), atol=1)
    square = np.arange(256, dtype=np.uint8).reshape(16, 16, 1).repeat(3, -1)
    np.testing.assert_array_equal(celeba.crop_face(square, 8),
                                  cv2.resize(square, (8, 8), interpolation=cv2.INTER_AREA))


def test_faces_are_streamed_where_they_do_not_fit_into_memory(tmp_path, faces, monkeypatch):
    monkeypatch.setattr(folders, "MAX_DECODED_BYTES", 1000)
    decoded, decode = [], folders.decode
    monkeypatch.setattr(folders, "decode", lambda file: decoded.append(file) or decode(file))
    (domain,) = load(("celeba",), tmp_path, image_size=8, limit=10)
    assert decoded == [] and domain.images.shape == (10, 8, 8, 3)
    assert domain.images[np.array([7, 2])][:, 0, 0, 0].tolist() == [7, 2] and len(decoded) == 2


@pytest.mark.parametrize("name, message", [
    ("celeba:Smile", "unknown attribute 'Smile'; did you mean 'Smiling'"),
    ("celeba:without_Yuong", "did you mean 'Young'")])
def test_attributes_that_there_are_not(tmp_path, faces, name, message):
    with pytest.raises(UserError, match=message):
        load((name,), tmp_path)
    assert celeba.count(name, tmp_path) is None


def test_images_and_table_that_do_not_belong_together(tmp_path, faces):
    (faces / "list_attr_celeba.txt").write_text("other.jpg 1\n")
    with pytest.raises(UserError, match="no image in .* has a name of the table .* as other"):
        load(("celeba",), tmp_path)


def test_no_set_at_all(tmp_path, monkeypatch):
    monkeypatch.setattr("data.tfds.why_unreachable", lambda url: "the network is away")
    with pytest.raises(UserError, match=r"celeba is not in .*the network is away.*put celeba/ "
                                        r"with img_align_celeba and list_attr_celeba.txt"):
        load(("celeba",), tmp_path)
    assert not celeba.is_here(tmp_path) and celeba.count("celeba", tmp_path) is None
    with pytest.raises(UserError, match="there is no folder"):
        load(("celeba",), tmp_path / "nowhere")


def test_images_without_a_row_are_counted(tmp_path, faces, write_images, capsys):
    write_images(tmp_path / "more", 3, size=(16, 16))
    for path in (tmp_path / "more").iterdir():
        path.rename(faces / "img_align_celeba" / f"other{path.name}")
    (everyone,) = load(("celeba",), tmp_path, image_size=8)
    assert len(everyone) == 18
    assert "3 of 23 images have no row in list_attr_celeba.txt" in capsys.readouterr().err


def test_equal_names_in_two_folders_have_each_its_row(tmp_path, write_images):
    for folder, base in (("cats", 0), ("dogs", 100)):
        write_images(tmp_path / "celeba" / folder, 2, base)
    (tmp_path / "celeba" / "attributes.csv").write_text(
        "file;Barks\ncats/000.png;no\ncats/001.png;no\ndogs/000.png;yes\ndogs/001.png;yes\n")
    without, with_it = load(("celeba:without_Barks", "celeba:Barks"), tmp_path, image_size=8)
    assert (reds(without), reds(with_it)) == ([0, 1], [100, 101])


def test_an_attribute_may_be_asked_for_with_a_blank(tmp_path, write_images):
    write_images(tmp_path / "celeba" / "images", 4)
    (tmp_path / "celeba" / "attributes.csv").write_text("".join(
        ["file,Blond Hair\n", *(f"{i:03d}.png,{i % 2}\n" for i in range(4))]))
    for name in ("celeba:Blond Hair", "celeba:Blond_Hair"):
        assert reds(load((name,), tmp_path, image_size=8)[0]) == [1, 3]
    with pytest.raises(UserError, match="unknown attribute 'Blond'; did you mean 'Blond_Hair'"):
        load(("celeba:Blond",), tmp_path, image_size=8)


def test_the_set_of_document_001_is_square_and_not_stretched(tmp_path, faces):
    tall = np.zeros((218, 178, 3), np.uint8)
    tall[20:198] = 255                                  # the central square
    cv2.imwrite(str(faces / "img_align_celeba" / "000.png"), tall)
    square, = load(("celeba160",), tmp_path, limit=1)
    assert square.images.shape == (1, 160, 160, 3) and square.attributes == ("Smiling", "Young")
    assert square.images.min() == 255
    assert load(("celeba",), tmp_path, limit=1)[0].images.shape == (1, 128, 128, 3)
    assert len(load(("celeba160",), tmp_path)[0]) == 18
