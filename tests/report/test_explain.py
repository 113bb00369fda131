"""`main.py explain`: Markdown about a preset, a run or a command line."""

import pytest

from commands.dispatch import main


def said(capsys, *words):
    assert main(["explain", *words]) == 0
    return capsys.readouterr().out


def test_a_preset_of_the_document(capsys):
    text = said(capsys, "5.2-mnist2svhn-slfr")
    assert "Source: SCoGAN thesis, section 5.2, table 5.2" in text
    assert "LPIPS generated 0.3016" in text
    assert "| wgan-gp | discriminators | 10 | $" in text and "| eq. 2.1 | `penalties/" in text
    assert "Generator `digit_small`" in text and "| 1 | project | 1024 | 4 |" in text
    assert "## What differs from the preset\n\nNothing." in text
    for line in text.splitlines():
        if line.startswith("|"):
            assert line.replace(r"\|", "").count("|") in (4, 5, 7, 9), line


def test_a_command_line_says_what_it_changes(capsys):
    text = said(capsys, "--gan_type", "scogan", "--dataset", "glyph2street", "--feature_weight",
                "7", "--width", "0.5")
    assert "Preset `demo`" in text
    assert "| `feature_weight` | 7 | 60 |" in text and "| `width` | 0.5 | 1 (default) |" in text
    assert "Generator `quick`, width 0.5" in text and "| 1 | project | 64 | 4 |" in text
    assert text.count("$$") == 4


def test_nets_of_unequal_depth_have_a_table_each(capsys):
    text = said(capsys, "--gan_type", "cogan", "--dataset", "glyph2edge", "--generator",
                "quick,quick_deep")
    first, second = text.partition("Generator 1 `quick`")[2].split("Generator 2 `quick_deep`")
    assert "| 4 | convt | 3 | 4 | 2 |  | tanh |" in first and "| 5 |" not in first
    assert "| 5 | conv | 3 | 3 | 1 |  | tanh |" in second.partition("Discriminator `quick`")[0]


def test_a_run_and_a_file(tmp_path, capsys):
    from .test_page import new_run
    run = new_run(tmp_path / "run")
    assert "# scogan on glyph, glyph_street" in said(capsys, str(run))
    assert main(["explain", str(run), "--seed", "3"]) == 2
    assert "whose options stand; leave out --seed" in capsys.readouterr().err
    said(capsys, "demo", "--markdown", str(tmp_path / "a.md"))
    assert (tmp_path / "a.md").read_text().startswith("# scogan on glyph, glyph_street")


@pytest.mark.parametrize("words, message", [
    (["deno"], "did you mean 'demo'"), (["--gan_type", "gann"], "did you mean 'gan'")])
def test_mistakes(capsys, words, message):
    assert main(["explain", *words]) == 2
    assert message in capsys.readouterr().err
