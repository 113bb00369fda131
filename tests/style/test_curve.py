import numpy as np
import pytest

from framework.errors import UserError
from style import curve
from style.images import read_uint8


def test_a_table(tmp_path):
    curve.write_curve(tmp_path / "a.csv", [3.0, 0.123456789])
    assert (tmp_path / "a.csv").read_text() == "iteration,loss\n1,3\n2,0.1234568\n"


def test_a_picture(tmp_path):
    curve.write_curve(tmp_path / "a.png", list(np.exp(-np.arange(50.0))))
    assert read_uint8(tmp_path / "a.png").std() > 5


def test_places_that_do_not_fit(tmp_path):
    for path in ("", tmp_path / "a.csv", tmp_path / "a.PNG"):
        curve.check_curve_output(path)
    with pytest.raises(UserError, match="a curve is a .png or a .csv"):
        curve.check_curve_output("a.jpg")
    with pytest.raises(UserError, match="no folder"):
        curve.check_curve_output(tmp_path / "none" / "a.csv")
    with pytest.raises(UserError, match="cannot write .*No such file"):
        curve.write_curve(tmp_path / "none" / "a.csv", [1.0])
