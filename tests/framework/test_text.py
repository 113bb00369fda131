"""Text in columns."""

from framework.text import text_table


def test_columns_are_as_wide_as_their_widest_cell():
    assert text_table(("a", "name"), [(100, "x"), (2, "longer")]).splitlines() == [
        "a    name", "100  x", "2    longer"]


def test_no_line_ends_in_blanks():
    lines = text_table(("first", "second"), [("x", ""), ("", "y")]).splitlines()
    assert lines == ["first  second", "x", "       y"]
