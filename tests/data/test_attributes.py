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
    (OFFICIAL.replace("-1  1", "-1"), "the row of 000003.jpg holds '-1', not 2 numbers"),
    (OFFICIAL.replace("-1  1", "-1  1 1"), "the row of 000003.jpg holds"),
    (OFFICIAL.replace("-1  1", "-1  yes"), "the row of 000003.jpg holds '-1  yes'"),
    (OFFICIAL.replace("-1 -1", "?? -1"), "the row of 000002.jpg holds")])
def test_rows_that_do_not_fit(tmp_path, text, message):
    (tmp_path / "table.txt").write_text(text)
    with pytest.raises(UserError, match=message):
        read_attribute_table(tmp_path / "table.txt")
