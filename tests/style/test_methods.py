"""Every method keeps the registry's word."""

import inspect

import pytest

from style.methods import METHODS


def test_the_methods():
    assert list(METHODS) == ["adain", "inverse", "mrf", "nnst", "swap", "gatys", "quilt", "wct"]


@pytest.mark.parametrize("name", ["swap", "gatys", "mrf", "quilt", "inverse", "adain"])
def test_options_are_keywords_with_defaults(name):
    content, styles, *options = inspect.signature(METHODS[name]).parameters.values()
    assert (content.name, styles.name) == ("content", "styles")
    assert all(o.kind == o.KEYWORD_ONLY and o.default is not o.empty for o in options)
