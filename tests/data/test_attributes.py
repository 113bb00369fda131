import re

import numpy as np
import pytest

from data.attributes import read_attribute_table
from framework.errors import UserError

OFFICIAL = "3\nSmiling Young\n000001.jpg  1 -1\n000002.jpg -1 -1\n000003.jpg -1  1\n"


@pytest.mark.parametrize("name, text", [
    ("list_attr_celeba.txt", OFFICIAL), ("anno.txt", OFFICIAL.partition("\n")[2]),
    ("attributes.csv", "image_id,Smiling,Young\n000001.png,1,-1\n000002.png,-1,-1\n"
                       "000003.png,-1,1\n\n")])
def test_a_table_in_each_of_its_forms(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    table = read_attribute_table(tmp_path / name)
    assert table.names == ("Smiling", "Young")
    assert table.rows == {"000001": 0, "000002": 1, "000003": 2}
    assert table.values.dtype == np.int8 and table.values.tolist() == [[1, -1], [-1, -1], [-1, 1]]


def test_a_table_without_names(tmp_path):
    (tmp_path / "list_eval_partition.txt").write_text("000001.jpg 0\n000002.jpg 2\n")
    table = read_attribute_table(tmp_path / "list_eval_partition.txt")
    assert table.names == ("1",) and table.values.tolist() == [[0], [2]]


@pytest.mark.parametrize("text, message", [
    ("", "holds no table"), ("3\nSmiling Young\n", "holds no table"),
    (OFFICIAL.replace("-1  1", "-1"), "the row of 000003.jpg holds 1 values, not 2"),
    (OFFICIAL.replace("-1  1", "-1  1 1"), "the row of 000003.jpg holds 3 values, not 2"),
    (OFFICIAL.replace("-1  1", "-1  0.5"), "the row of 000003.jpg holds '0.5', which is no whole"),
    (OFFICIAL.replace("-1  1", "-1  200"), "the row of 000003.jpg holds '200'"),
    (OFFICIAL.replace("-1  1", "-1  nan"), "the row of 000003.jpg holds 'nan'"),
    (OFFICIAL.replace("-1 -1", "?? -1"), "the row of 000002.jpg holds '??'"),
    (OFFICIAL.replace("-1 -1", "-1"), "the row of 000002.jpg holds 1 values, not 2"),
    (OFFICIAL.replace("000003", "000001"), "names 000001.jpg twice"),
    (OFFICIAL.replace("3\n", "5\n", 1), "states 5 rows and has 3; is it cut off"),
    ("a;Smiling;Smiling\n1.jpg;1;0\n", "two columns Smiling"),
    ("a;;Smiling\n1.jpg;1;0\n", "a column without a name"),
    ("a,b,Smiling,Young\n1.jpg,1,0\n2.jpg,1,0\n", "names 4 columns, and its rows have 2 values"),
    ("a,Smiling\n,1\n", "names no file in row 1"),
    ('a,Smiling\n"1.jpg,1\n' + "x" * 200_000, "is no table|holds")])
def test_rows_that_do_not_fit(tmp_path, text, message):
    (tmp_path / "table.txt").write_text(text)
    with pytest.raises(UserError, match=re.escape(message) if "|" not in message else message):
        read_attribute_table(tmp_path / "table.txt")


@pytest.mark.parametrize("text", [
    "image;Smiling;Blond Hair\n1.jpg;1;-1\n2.jpg;-1;1\n",
    "image\tSmiling\tBlond Hair\n1.jpg\t1\t-1\n2.jpg\t-1\t1\n",
    "image, Smiling , Blond Hair\n1.jpg , 1 , -1\n2.jpg, -1, 1 \n",
    'image,"Smiling","Blond Hair"\n"1.jpg","1","-1"\n"2.jpg","-1","1"\n',
    "image,Smiling,Blond_Hair\n1.jpg,1.0,-1.0\n2.jpg,-1.0,+1\n",
    "image,Smiling,Blond_Hair\n1.jpg,true,false\n2.jpg,False,TRUE\n",
    "image,Smiling,Blond_Hair\n1.jpg,yes,no\n2.jpg,No,Yes\n",
    "image,Smiling,Blond_Hair\n1.jpg,1,0\n2.jpg,0,1\n\n\n",
    "image,Smiling,Blond_Hair\n1.jpg,1,0\n2.jpg,0,1\n,,\n",
    "\n2\nSmiling Blond_Hair\n1.jpg  1 -1\n2.jpg -1  1\n",
    "2\nSmiling,Blond Hair\n1.jpg,1,-1\n2.jpg,-1,1\n"])
@pytest.mark.parametrize("end, encoding", [("\n", "utf-8"), ("\r\n", "utf-8-sig"),
                                           ("\r\n", "utf-16"), ("\r", "utf-8")])
def test_tables_as_people_have_them(tmp_path, text, end, encoding):
    (tmp_path / "a.csv").write_bytes(text.replace("\n", end).encode(encoding))
    table = read_attribute_table(tmp_path / "a.csv")
    assert table.names == ("Smiling", "Blond_Hair") and table.rows == {"1": 0, "2": 1}
    assert (table.values > 0).tolist() == [[True, False], [False, True]]


def test_names_with_blanks_commas_and_folders(tmp_path):
    (tmp_path / "a.csv").write_text('f,Old\n"my face, 1.jpg",1\ncats/1.jpg,0\ndogs/1.jpg,1\n')
    table = read_attribute_table(tmp_path / "a.csv")
    rows = [table.row_of(tmp_path / name) for name in
            ("my face, 1.png", "cats/1.jpg", "x/dogs/1.png", "1.jpg", "birds/1.jpg")]
    assert rows == [0, 1, 2, None, None]
