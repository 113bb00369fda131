"""Text in columns, and shortened."""

import pytest

from framework.text import shortened, text_table


def test_columns_are_as_wide_as_their_widest_cell():
    assert text_table(("a", "name"), [(100, "x"), (2, "longer")]).splitlines() == [
        "a    name", "100  x", "2    longer"]


def test_no_line_ends_in_blanks():
    lines = text_table(("first", "second"), [("x", ""), ("", "y")]).splitlines()
    assert lines == ["first  second", "x", "       y"]


@pytest.mark.parametrize("text, most, short", [
    ("abcdef", 6, "abcdef"), ("abcdefg", 6, "abc…fg"), ("abcdefg", 5, "ab…fg"), ("abc", 2, "a…"),
    ("", 3, "")])
def test_long_text_keeps_its_beginning_and_its_end(text, most, short):
    assert shortened(text, most) == short
