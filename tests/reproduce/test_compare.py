"""The table beside the document, and what keeps it from being comparable."""

import json

import pytest

from reproduce.compare import THESIS_DISTANCE, comparison_table, reasons_not_comparable
from reproduce.tables import TABLES

EDGE = TABLES["5.1"].rows


def evaluation(base, by=THESIS_DISTANCE, pairs=30_000, **more):
    kinds = ("pair", "own", "cross", "cross", "own", "baseline", "floor", "floor")
    rows = [{"metric": "lpips", "kind": kind, "value": base + i / 100, "error": 0.001, "by": by,
             "count": pairs} for i, kind in enumerate(kinds)]
    return {"results": [{"metric": "kid", "kind": "pair", "value": 9.0}, *rows], **more}


def test_ours_stand_before_the_documents():
    found = {EDGE[0].preset: evaluation(0.1), EDGE[2].preset: evaluation(0.2)}
    lines = comparison_table(EDGE, "pairs", found).splitlines()
    assert lines[0].split("  ")[0] == "" and lines[0].count("document") == 3
    assert lines[1].split() == ["CoGAN", "0.1000", "+-", "0.0010", "0.1026", "0.1100", "+-",
                                "0.0010", "0.1157", "0.1400", "+-", "0.0010", "0.1157"]
    assert lines[2].split() == ["FR", "-", "0.1227", "-", "0.1217", "-", "0.1429"]
    assert lines[3].split()[:2] == ["SL", "0.2000"] and lines[3].split()[-1] == "0.1100"
    assert lines[6].split() == ["real", "1", "|", "real", "2", "(mnist2edge)", "0.1500", "+-",
                                "0.0010", "0.1627"]


def test_columns_of_chapter_3_are_own_and_cross():
    row = TABLES["3.7"].rows[0]
    line = comparison_table([row], "real", {row.preset: evaluation(0.6)}).splitlines()[1]
    assert [word for word in line.split() if word.startswith("0.") and word != "0.0010"] == [
        "0.6100", "0.6676", "0.6200", "0.7472", "0.6300", "0.7101", "0.6400", "0.6824"]


def test_pair_agreement_stands_beside_where_it_was_measured():
    found = {EDGE[0].preset: evaluation(0.1, pair_agreement=0.8125, classes_present=9, classes=10)}
    lines = comparison_table(EDGE, "pairs", found).splitlines()
    assert lines[0].split()[-3:] == ["pair", "agreement", "classes"]
    assert lines[1].split()[-4:] == ["0.812", "9", "of", "10"]
    assert lines[2].split()[-2:] == ["-", "-"]


@pytest.fixture
def runs(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps(
        {"dataset": "mnist2svhn", "domains": "", "data_dir": ""}))
    (tmp_path / "domains.json").write_text(json.dumps(
        [{"name": "mnist", "images": 60_000}, {"name": "svhn", "images": 554}]))
    return {row.preset: tmp_path for row in TABLES["5.2"].rows}


def test_nothing_is_said_of_what_is_as_in_the_document(runs, tmp_path):
    (tmp_path / "domains.json").write_text(json.dumps(
        [{"name": "mnist", "images": 60_000}, {"name": "svhn", "images": 73_257}]))
    rows = TABLES["5.2"].rows
    found = {row.preset: evaluation(0.3, pairs=50_000) for row in rows}
    assert reasons_not_comparable(rows, found, runs, {row.preset: "" for row in rows}) == []


def test_scale_weights_pairs_and_data_are_each_said_once(runs):
    rows = TABLES["5.2"].rows
    found = {row.preset: evaluation(0.3, by="LPIPS (squeeze, v0.1)", pairs=2000) for row in rows}
    differing = {row.preset: "width 0.25 for 1.0" for row in rows}
    assert reasons_not_comparable(rows, found, runs, differing) == [
        "trained with width 0.25 for 1.0",
        f"measured by LPIPS (squeeze, v0.1), not by {THESIS_DISTANCE}",
        "2000 pairs for 50000", "554 images of svhn for 73257"]


def test_rows_with_the_same_options_are_named_together(runs):
    rows = TABLES["5.2"].rows
    differing = {row.preset: "width 0.25 for 1.0" for row in rows} | {rows[-1].preset: "loss wgan"}
    assert reasons_not_comparable(rows, {}, runs, differing) == [
        "CoGAN, FR, SLFR, SLCC, FRCC: trained with width 0.25 for 1.0",
        "PL: trained with loss wgan"]
