"""The table of the documents: nothing of a registry is missing, and the page is of today."""

from pathlib import Path

from commands.dispatch import main
from config import presets
from figures.catalogue import FIGURES
from report.documents import page
from reproduce.tables import TABLES

PAGE = Path(__file__).parents[2] / "docs" / "documents.md"


def test_the_page_is_what_the_command_makes(tmp_path, capsys):
    assert main(["documents"]) == 0
    assert capsys.readouterr().out == page() == PAGE.read_text(), (
        "run: python main.py documents --output docs/documents.md")


def test_every_table_figure_and_preset_of_a_document_is_there():
    text = page()
    assert all(f"`reproduce {name}`" in text for name in TABLES)
    assert [name for name in FIGURES if f"`figures {name}`" not in text] == []
    documented = [name for name in presets.names()
                  if presets.load_preset(name).source and not name.startswith(("own-", "huang"))]
    assert [name for name in documented if f"`--preset {name}`" not in text] == []


def test_every_row_has_a_command_or_a_reason():
    rows = [line.split(" | ") for line in page().splitlines()
            if line.startswith("| ") and not line.startswith("| where")]
    assert len(rows) > 100
    assert all(row[2].strip() or row[3].strip(" |") for row in rows)
