import pytest

from data.catalogue import DOMAINS
from data.names import domain_names, find_domain
from framework.errors import UserError


def pair(path, *names, kind="folder"):
    return tuple(f"{kind}:{path / name}" for name in names)


@pytest.mark.parametrize("dataset, names", [
    ("mnist", ("mnist",)),
    ("glyph_street", ("glyph_street",)),
    ("grid25", ("grid25",)),
    ("mnist2edge", ("mnist", "mnist_edge")),
    ("mnist2negative", ("mnist", "mnist_negative")),
    ("mnist2rotate", ("mnist", "mnist_rotate")),
    ("mnist2street", ("mnist", "mnist_street")),
    ("glyph2street", ("glyph", "glyph_street")),
    ("mnist2svhn", ("mnist", "svhn")),
    ("svhn2mnist_edge", ("svhn", "mnist_edge")),
    ("mnist_edge2glyph", ("mnist_edge", "glyph")),
    ("mnist2mnist", ("mnist", "mnist")),
])
def test_names_of_registered_domains(dataset, names):
    assert domain_names(dataset) == names


def test_domains_come_before_the_dataset():
    assert domain_names("ring", "mnist, mnist_edge,mnist_negative") == (
        "mnist", "mnist_edge", "mnist_negative")
    assert domain_names("ring", "") == ("ring",)
    with pytest.raises(UserError, match="mnist_edgy.*mnist_edge"):
        domain_names("", "mnist,mnist_edgy")


def test_folders(tmp_path, write_images):
    for name in ("domain1", "domain2", "domain3"):
        write_images(tmp_path / "many" / name, 1)
    for name in ("trainA", "trainB", "testA", "testB"):
        write_images(tmp_path / "two" / name, 1)
    single = write_images(tmp_path / "one", 1)
    many, two = tmp_path / "many", tmp_path / "two"
    assert domain_names(f"folder:{many}") == pair(many, "domain1", "domain2", "domain3")
    assert domain_names(f"folder:{two}") == pair(two, "trainA", "trainB")
    assert domain_names(f"folder:{single}") == pair(tmp_path, "one")
    assert domain_names(f"folder:{single},{many}/domain1") == (
        f"folder:{single}", f"folder:{many}/domain1")
    with pytest.raises(UserError, match="no folder .*nowhere"):
        domain_names(f"folder:{single},{tmp_path}/nowhere")
    with pytest.raises(UserError, match="no folder .*nowhere"):
        domain_names(f"folder:{tmp_path}/nowhere")
    with pytest.raises(UserError, match=f"say folder:{single}"):
        domain_names(str(single))


def test_cyclegan_sets_are_found_in_the_data_folder(tmp_path, write_images):
    for name in ("horse2zebra", "day2night"):
        for part in ("trainA", "trainB"):
            write_images(tmp_path / name / part, 1)
        found = domain_names(name, data_dir=tmp_path)
        kind = "cyclegan" if name == "horse2zebra" else "folder"
        assert found == pair(tmp_path / name, "trainA", "trainB", kind=kind)
    inside = tmp_path / "horse2zebra"
    local = pair(inside, "trainA", "trainB", kind="cyclegan")
    assert domain_names("horse2zebra", data_dir=inside) == local
    assert [find_domain(name).size for name in (*local, f"folder:{inside}")] == [128, 128, 64]
    bare = tmp_path / "photos"
    (tmp_path / "day2night").rename(bare)
    assert domain_names("apple2orange", data_dir=bare) == pair(bare, "trainA", "trainB",
                                                               kind="cyclegan")
    with pytest.raises(UserError, match="did you mean 'glyph2edge'"):
        domain_names("glyph2edg", data_dir=inside)


def test_cyclegan_sets_that_are_not_there_are_those_of_tfds(tmp_path, write_images):
    write_images(tmp_path / "horse2zebra" / "trainA", 1)
    write_images(tmp_path / "horse2zebra" / "trainB", 1)
    tfds = ("tfds:apple2orange/trainA", "tfds:apple2orange/trainB")
    assert domain_names("apple2orange") == tfds
    assert domain_names("apple2orange", data_dir=tmp_path) == tfds
    assert domain_names("apple2orange", data_dir=tmp_path / "horse2zebra") == tfds
    assert find_domain(tfds[0]).size == 128 and find_domain(tfds[0]).classes is None


def test_faces():
    smiling = ("celeba:without_Smiling", "celeba:Smiling")
    assert domain_names("CelebSmiling") == domain_names("celeba:Smiling") == smiling
    assert domain_names("CelebBlond")[1] == "celeba:Blond_Hair"
    assert domain_names("CelebEyeglasses")[0] == "celeba:without_Eyeglasses"
    assert domain_names("celeba") == ("celeba",)
    assert domain_names("", "celeba:Male, celeba:without_Young") == (
        "celeba:Male", "celeba:without_Young")
    assert (find_domain("celeba").size, find_domain("celeba:Male").classes) == (128, 13)


@pytest.mark.parametrize("wrong, near", [
    ("CelebSmile", "CelebSmiling"),
    ("mnits", "mnist"), ("mnist2edg", "mnist2edge"), ("glyph2stret", "glyph2street"),
    ("horse2zebr", "horse2zebra"), ("mnist2", "mnist"), ("rings", "ring"),
])
def test_an_unknown_name_is_answered_with_the_nearest(wrong, near):
    with pytest.raises(UserError, match=f"unknown data set '{wrong}'; did you mean '{near}"):
        domain_names(wrong)


def test_entries_hold_what_the_sets_are():
    sizes = {"ring": None, "grid25": None, "celeba": 128, "celeba160": 160, "lfw": 64,
             "lsun_bedroom": 64, "imagenet64": 64, "places365": 256, "wikiart": 256}
    classes = {"grid25": 25, "celeba": 13, "celeba160": 13, "lfw": None, "lsun_bedroom": None,
               "imagenet64": None, "places365": None, "wikiart": None}
    for name, entry in DOMAINS.items():
        toy = name in ("ring", "grid25")
        assert entry.size == sizes.get(name, 32)
        assert (entry.transform is None) == toy and entry.description
        assert entry.classes == classes.get(name, 10)
        assert entry.pruned == (name == "svhn_pruned")
    assert find_domain("folder:some/where").classes is None
