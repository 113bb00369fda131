"""A run's figures beside the document's, and in what its setting is another."""

import json

import pytest

from config import presets
from config.resolve import resolve
from report.document import beside_document, differences
from reproduce.tables import TABLES

from .test_page import Tags, facts_of, new_run, render

PRESET = "5.2-mnist2svhn-slfr"


def distance(kind, value, **more):
    return {"metric": "lpips", "kind": kind, "value": value, "count": 2000, "error": 0.0012,
            "by": "LPIPS (squeeze, v0.1)"} | more


RESULTS = [distance("pair", 0.2876), distance("own", 0.1), distance("own", 0.2),
           distance("baseline", 0.3412)]


def run_of(folder, results, preset=PRESET, **options):
    run = new_run(folder, preset=preset, **{"dataset": "mnist2svhn", "domains": "",
                                            "data_dir": "", **options})
    (run / "metrics.json").write_text(json.dumps({"results": results}))
    return run


def test_the_document_is_beside_the_run(tmp_path):
    facts = facts_of(run_of(tmp_path / "run", RESULTS, width=0.25))
    found = facts.document
    assert "Table 5.2" in found.table.caption and found.table.caption.endswith("the row SLFR")
    assert found.table.rows == [
        ["gen 1 | gen 2", "0.2876 +- 0.0012", "0.3016"],
        ["gen 1 | real 1", "0.1000 +- 0.0012", "0.1162"],
        ["gen 2 | real 2", "0.2000 +- 0.0012", "0.2046"],
        ["real 1 | real 2", "0.3412 +- 0.0012", "0.3304"]]
    assert found.differences[:2] == ["width 0.25 for 1", "iterations 291, so far, for 25000"]
    assert "measured by LPIPS (squeeze, v0.1), not by LPIPS (alex, v0.1)" in found.differences
    assert "2000 pairs for 50000" in found.differences
    assert any(line.startswith("10 images of ") for line in found.differences)
    text = render([facts])
    assert Tags(text).open == [] and "0.2876 +- 0.0012" in text and "width 0.25 for 1" in text


def test_without_a_measurement_the_document_stands_alone(tmp_path):
    found = beside_document(run_of(tmp_path / "run", []), resolve(
        ["--preset", PRESET, "--run", str(tmp_path / "run")]).values(), 25_000)
    assert [row[1:] for row in found.table.rows][:2] == [["-", "0.3016"], ["-", "0.1162"]]
    assert found.differences == []


@pytest.mark.parametrize("metrics", [
    "", "[1]", '{"results": 3}', '{"results": [3, {}]}', '{"results": [{"metric": "lpips"}]}',
    json.dumps({"results": [distance("pair", "x")]}),
    json.dumps({"results": [distance("pair", 0.5, error=[1])]}),
    json.dumps({"results": [distance("pair", 0.5, by=3)]})])
def test_damaged_figures_are_passed_over(tmp_path, metrics):
    run = run_of(tmp_path / "run", RESULTS)
    (run / "metrics.json").write_text(metrics)
    assert facts_of(run).document.table.rows[0] == ["gen 1 | gen 2", "-", "0.3016"]


def test_a_damaged_description_costs_its_line_alone(tmp_path):
    run = run_of(tmp_path / "run", RESULTS)
    (run / "domains.json").write_text("[1]")
    found = facts_of(run).document
    assert found.table.rows[0][1] == "0.2876 +- 0.0012"
    assert found.differences[-1] == "2000 pairs for 50000"


def test_a_document_that_reports_words(tmp_path):
    found = facts_of(run_of(tmp_path / "run", [], "4.1-mnist2svhn-fr50")).document
    assert found.text.endswith("reports: no balance between shapes and style.")
    assert found.table.rows == []


@pytest.mark.parametrize("preset", ["demo", "none", "gone"])
def test_a_preset_without_a_document(tmp_path, preset):
    assert facts_of(run_of(tmp_path / "run", RESULTS, preset)).document is None


def test_the_presets_of_all_tables_are_the_documents_settings():
    """A run made with the preset alone differs in nothing."""
    for name in {row.preset for table in TABLES.values() for row in table.rows}:
        values = resolve(["--preset", name, "--run", "none"]).values()
        assert differences(values, presets.load_preset(name), values["iterations"]) == [], name


def test_seed_and_output_are_no_difference_and_a_term_is():
    values = resolve(["--preset", PRESET, "--run", "none", "--seed", "7", "--sample_every", "3",
                      "--feature_weight", "5", "--batch_size", "16"]).values()
    preset = presets.load_preset(PRESET)
    assert differences(values, preset, values["iterations"]) == [
        f"batch_size 16 for {preset.values['batch_size']}",
        f"feature_weight 5 for {preset.values['feature_weight']:g}"]
