import subprocess
import sys

from data.catalogue import DOMAINS
from data.listing import list_datasets


def test_every_domain_is_described_with_what_is_here(tmp_path, write_npz, write_images,
                                                     monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "tfds"))
    nothing = {row.name: row for row in list_datasets()}
    assert set(DOMAINS) <= set(nothing)
    assert all(row[1] is None or row.size > 0 for row in nothing.values())
    assert (nothing["mnist"].size, nothing["svhn"].size) == (60_000, 73_257)
    for name in ("mnist_edge", "svhn", "mnist2svhn", "mnist2edge", "horse2zebra"):
        assert nothing[name].here is False
    for name in ("glyph", "glyph_street", "ring", "grid25", "glyph2street"):
        assert nothing[name].here is True
    write_npz(tmp_path)
    for part in ("trainA", "trainB"):
        write_images(tmp_path / "horse2zebra" / part, 1)
    (tmp_path / "monet2photo.zip").write_text("broken")
    rows = {row.name: row for row in list_datasets(tmp_path)}
    assert rows["mnist"].size == rows["mnist_street"].size == 40
    assert rows["mnist2edge"].here and rows["horse2zebra"].here
    assert not any(rows[name].here for name in ("svhn", "mnist2svhn", "monet2photo", "usps",
                                                "mnist2usps", "celeba"))


def test_faces_are_listed_with_the_sizes_of_table_2_2_or_those_that_are_here(
        tmp_path, write_images, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "tfds"))
    rows = {row.name: row for row in list_datasets(tmp_path)}
    assert not rows["CelebSmiling"].here and rows["celeba"].size == 202_599
    assert rows["CelebSmiling"].description == "104930 faces without and 97669 with Smiling"
    assert "172616 faces without and 29983 with" in rows["CelebBlond"].description
    assert "189406 faces without and 13193 with" in rows["CelebEyeglasses"].description
    write_images(tmp_path / "celeba" / "images", 5)
    table = "file,Smiling\n" + "".join(f"{i:03d}.png,{1 if i < 2 else -1}\n" for i in range(9))
    (tmp_path / "celeba" / "list_attr.csv").write_text(table)
    rows = {row.name: row for row in list_datasets(tmp_path)}
    assert rows["CelebSmiling"].here and rows["celeba"].size == rows["CelebSmiling"].size == 5
    assert rows["CelebSmiling"].description == "3 faces without and 2 with Smiling"
    assert not rows["CelebBlond"].here and rows["CelebBlond"].size == 202_599


def test_listing_imports_no_tensorflow():
    program = ("import sys; from data.listing import list_datasets; list_datasets(); "
               "import data.load, data.batches, framework.pixels; "
               "sys.exit(any(name.split('.')[0] in ('tensorflow', 'keras', "
               "'tensorflow_datasets') for name in sys.modules))")
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
