"""The tables hold what the SCoGAN thesis prints."""

import pytest

from config import presets
from reproduce.compare import COLUMN_HEADERS
from reproduce.tables import TABLES

PRINTED = {
    "3.3": [[0.7792, 0.8185, 0.7728, 0.7546]], "3.4": [[0.8388, 0.8693, 0.9005, 0.8944]],
    "3.5": [[0.8906, 0.9594, 0.6923, 0.7024]], "3.6": [[0.7345, 0.7756, 0.7402, 0.7169]],
    "3.7": [[0.6676, 0.7472, 0.7101, 0.6824]], "3.8": [[0.6931, 0.7414, 0.7069, 0.6968]],
    "figure-3.8": [[0.3541], [0.3423]],
    "5.1": [[0.1026, 0.1157, 0.1157], [0.1227, 0.1217, 0.1429], [0.1039, 0.1141, 0.1100],
            [0.1092, 0.1148, 0.1092], [0.1019, 0.1110, 0.1064]],
    "5.2": [[0.3400, 0.1126, 0.2151], [0.2434, 0.1194, 0.1941], [0.3016, 0.1162, 0.2046],
            [0.3093, 0.1153, 0.2083], [0.3022, 0.1146, 0.2094], [0.2948, 0.1120, 0.2117]],
    "5.3": [[0.0433, 0.3923, 0.3877], [0.1294, 0.3875, 0.3921], [0.1708, 0.3879, 0.3881],
            [0.0857, 0.3907, 0.3962]],
    "5.4": [[0.6081, 0.6939, 0.7021], [0.5774, 0.7361, 0.7339], [0.6238, 0.6691, 0.6844],
            [0.6163, 0.6715, 0.6900]],
    "7.1": [[0.3018, 0.1140, 0.2053]],
}


@pytest.mark.parametrize("name", PRINTED)
def test_numbers(name):
    table = TABLES[name]
    assert [row.reported for row in table.rows] == PRINTED[name]
    assert all(len(row.reported) == len(COLUMN_HEADERS[table.columns]) for row in table.rows)


def test_every_table_is_there():
    assert list(TABLES) == list(PRINTED)


def test_rows_name_presets_of_their_own_table():
    for name, table in TABLES.items():
        for row in table.rows:
            assert name.replace("-", " ") in presets.load_preset(row.preset).source


def test_the_words_of_a_row_are_those_of_its_preset():
    weights = {"FR": "feature_weight", "SL": "semantic_weight", "CC": "cycle_weight",
               "PL": "content_weight"}
    for row in (row for name in ("5.1", "5.2", "5.3", "5.4", "7.1") for row in TABLES[name].rows):
        values = presets.load_preset(row.preset).values
        assert (values["gan_type"] == "cogan") == row.label.startswith("CoGAN")
        assert {word for word, weight in weights.items() if values.get(weight)} == {
            word for word in weights if word in row.label}
