"""The page of `reproduce`: our numbers beside the document's, the runs and their pictures."""

from pathlib import Path

import pytest

from commands.dispatch import main
from report.reproduced import reproduced
from report.works import page_of
from reproduce import reproduction
from reproduce.reproduction import Reproduction

from .test_document import RESULTS
from .test_page import Tags, new_run

SAID = {"command": "", "options": [], "seconds": ""}
JUDGE = {"accuracy_on_held_out": {"mnist": 0.987}, "seed": 1000}
EVALUATION = {"results": RESULTS, "pair_agreement": 0.5, "classes": 10, "classes_present": 9,
              "samples": 2000, "seed": 4, "checkpoint": 300, "judge": JUDGE}


@pytest.fixture
def made(tmp_path):
    """Table 5.2, of which one row is trained and measured."""
    found = Reproduction("5.2", "quick", tmp_path, "", "", 0)
    preset = found.table.rows[0].preset
    new_run(found.runs[preset], preset=preset, dataset="mnist2svhn", domains="", data_dir="",
            width=0.25)
    Path(found.runs[preset], "report.html").touch()
    found.evaluations[preset] = EVALUATION
    return found


def test_the_table_with_all_that_a_number_needs(made, tmp_path):
    work = reproduced(made, tmp_path / "table-5.2.html", SAID)
    table, runs = work.tables
    assert table.header[1:3] == ["gen 1 | gen 2", "document"]
    assert table.rows[0][0] == "CoGAN" and table.rows[0][1] == "0.2876 +- 0.0012"
    assert table.rows[0][-2:] == ["0.500", "9 of 10"] and table.rows[1][1] == "-"
    line = dict(zip(runs.header, runs.rows[0], strict=True))
    assert line["width"] == "0.25 for 1" and line["iterations"] == "400 for 25000"
    assert (line["pairs"], line["seed of evaluate"]) == ("2000 for 50000", "4")
    assert line["judge"] == "reads 98.7 % of held-out mnist (seed 1000)"
    assert line["run"].href == "5.2-mnist2svhn-cogan/report.html"
    assert runs.rows[1][2] == "-"
    assert work.differences[0] == "Not comparable with the document's numbers:"
    assert "2000 pairs for 50000" in work.differences
    assert [row.title for row in work.rows] == ["CoGAN"]        # the others have no pictures
    assert "FR, SLFR" in work.doubts[0][0]
    text = page_of(work)
    assert Tags(text).open == [] and text.index("<h2 id=\"h-figures\"") < text.index("h-pictures\"")


@pytest.mark.parametrize("more, pages", [([], 1), (["--no_report"], 0)])
def test_the_command_writes_it_beside_the_table(made, tmp_path, monkeypatch, capsys, more, pages):
    monkeypatch.setattr(reproduction, "Reproduction", lambda *given: made)
    monkeypatch.setattr(made, "run", lambda flags: None)
    assert main(["reproduce", "5.2", "--output", str(tmp_path), *more]) == 2      # rows are missing
    assert len(list(tmp_path.glob("table-5.2.html"))) == pages
    assert (tmp_path / "table-5.2.txt").is_file()
