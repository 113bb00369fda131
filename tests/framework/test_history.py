"""losses.csv survives being cut off, and is continued where the checkpoint stands."""

import numpy as np
import pytest

from framework.errors import UserError
from framework.history import History


@pytest.fixture
def path(tmp_path):
    return tmp_path / "losses.csv"


def write(path, iterations):
    history = History(path)
    for i in iterations:
        history.append(i, {"d/a": -i / 3, "feature": 10.0**i})
    history.flush()
    return history


def test_what_is_written_is_read(path):
    columns = write(path, range(4)).read()
    assert list(columns) == ["iteration", "d/a", "feature"]
    assert columns["iteration"].tolist() == [0, 1, 2, 3]
    np.testing.assert_allclose(columns["d/a"], [0, -1 / 3, -2 / 3, -1], rtol=1e-6)
    np.testing.assert_allclose(columns["feature"], [1, 10, 100, 1000])
    assert path.read_text().splitlines()[0] == "iteration,d/a,feature"


def test_rows_wait_for_flush(path):
    history = History(path)
    history.append(0, {"g": 1.0})
    assert not path.exists() and history.read() == {}
    history.flush()
    history.flush()
    assert path.read_text() == "iteration,g\n0,1\n"


def test_an_empty_history(path):
    history = History(path)
    assert history.read() == {} and history.done() == 0 and history.columns == []
    history.flush()
    history.truncate(0)
    assert not path.exists()


def test_a_continued_file_keeps_its_columns_in_their_order(path):
    write(path, range(2))
    history = History(path)
    assert history.columns == ["d/a", "feature"]
    history.append(2, {"feature": 5.0, "d/a": 4.0})
    history.flush()
    assert path.read_text().splitlines()[-1] == "2,4,5"
    assert history.done() == 3


@pytest.mark.parametrize("terms", [{"d/a": 1.0}, {"d/a": 1.0, "feature": 1.0, "cycle": 2.0}])
def test_other_columns_are_refused(path, terms):
    history = write(path, range(2))
    with pytest.raises(UserError, match="other columns: (feature|cycle)"):
        history.append(2, terms)


@pytest.mark.parametrize("at, kept", [
    (0, []), (2, [0, 1]), (4, [0, 1, 2, 3]), (9, [0, 1, 2, 3])])
def test_truncate_drops_from_that_iteration_on(path, at, kept):
    write(path, range(4))
    history = History(path)
    history.truncate(at)
    assert History(path).read().get("iteration", np.array([])).tolist() == kept
    assert History(path).done() == len(kept)
    history.append(at, {"d/a": 0.5, "feature": 0.25})
    history.flush()
    assert History(path).read()["iteration"].tolist() == [*kept, at]


def test_truncate_to_nothing_lets_the_columns_change(path):
    history = write(path, range(4))
    history.truncate(0)
    history.append(0, {"other": 1.0})
    history.flush()
    assert path.read_text() == "iteration,other\n0,1\n"


@pytest.mark.parametrize("half", ["4", "4,", "4,-1.3", "4,-1.3,100"])
def test_a_half_written_last_line_is_dropped(path, half):
    write(path, range(4))
    with open(path, "a") as file:
        file.write(half)
    assert History(path).read()["iteration"].tolist() == [0, 1, 2, 3]
    assert History(path).done() == 4
    history = History(path)
    history.truncate(4)
    history.append(4, {"d/a": 1.0, "feature": 1.0})
    history.flush()
    assert path.read_text().splitlines()[-2:] == ["3,-1,1000", "4,1,1"]


def test_a_half_written_header_is_an_empty_history(path):
    path.write_text("iteration,d/")
    history = History(path)
    assert history.columns == [] and history.read() == {}
    history.truncate(0)
    history.append(0, {"g": 1.0})
    history.flush()
    assert path.read_text() == "iteration,g\n0,1\n"


def test_values_that_are_not_finite_are_kept(path):
    history = History(path)
    history.append(0, {"g": float("nan"), "d": float("-inf")})
    history.flush()
    columns = history.read()
    assert np.isnan(columns["g"][0]) and columns["d"][0] == -np.inf


def test_monitors_come_later_and_leave_gaps(path):
    history = write(path, range(2))
    history.append(2, {"d/a": 1.0, "feature": 2.0, "monitor/kid/a": 0.5})
    history.append(3, {"d/a": 1.0, "feature": 2.0})
    history.flush()
    lines = path.read_text().splitlines()
    assert lines[0] == "iteration,d/a,feature,monitor/kid/a"
    assert [line.rpartition(",")[2] for line in lines[1:]] == ["", "", "0.5", ""]
    np.testing.assert_array_equal(History(path).read()["monitor/kid/a"],
                                  [np.nan, np.nan, 0.5, np.nan])
    again = History(path)
    again.truncate(2)
    again.append(2, {"d/a": 1.0, "feature": 2.0, "monitor/kid/a": 0.5, "monitor/swd/a": 1.5})
    again.flush()
    assert path.read_text().splitlines()[-1] == "2,1,2,0.5,1.5"
    assert again.done() == 3
    with pytest.raises(UserError, match="other columns: cycle"):
        again.append(3, {"d/a": 1.0, "feature": 2.0, "cycle": 1.0})


@pytest.mark.parametrize("content", [
    b"a,b\n1,2\n", b"epoch,loss\n", b"hello", b"\xff\xfe\x00\n", b"\x00" * 200, b"[1, 2]\n",
    b"iteration,g,g\n0,1,2\n", b"iteration,g\nx,1\n", b"iteration,g\n-1,1\n",
    b"iteration,g\n0,1,2\n", b"iteration,g\n0,\"" + b"x" * 200_000 + b"\"\n",
    b"iteration,g\n" + b"9" * 400 + b",1\n", b"iteration,g\n0,hello\n"])
def test_what_is_no_history_is_refused_and_left_alone(path, content):
    path.write_bytes(content)
    with pytest.raises(UserError, match="is no losses.csv of a run"):
        history = History(path)
        history.done()
        history.read()
    assert path.read_bytes() == content


def test_a_folder_at_its_place_is_refused(path):
    path.mkdir()
    with pytest.raises(UserError, match="cannot read .*: Is a directory"):
        History(path)


def test_names_of_other_bytes_come_back(path):
    name = "d/" + b"\xff".decode(errors="surrogateescape")
    history = History(path)
    history.append(0, {name: 1.0})
    history.flush()
    assert History(path).columns == [name] and b"\xff" in path.read_bytes()
    History(path).truncate(1)
    assert History(path).columns == [name]
