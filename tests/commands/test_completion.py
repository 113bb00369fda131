"""What shells complete, asked of bash itself."""

import subprocess
import sys

import pytest

from commands.completion import STARTS
from commands.dispatch import main
from commands.registry import COMMANDS


def script(capsys, *words):
    assert main(["completion", *words]) == 0
    return capsys.readouterr().out


@pytest.fixture
def completed(capsys, tmp_path):
    """A function of command lines to what bash offers in the place of the last word of each."""
    ask = script(capsys, "bash") + "\nask() { COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); " \
        "_shtab_scogan; echo \"${COMPREPLY[*]}\"; }\n"
    (tmp_path / "picture.png").touch()

    def offers(*lines):
        code = ask + "\n".join(f"ask scogan {line}" for line in lines)
        done = subprocess.run(["bash", "--norc", "-c", code], capture_output=True, text=True,
                              cwd=tmp_path, timeout=60, check=True)
        return [line.split() for line in done.stdout.splitlines()]
    return offers


def test_commands_options_names_and_files(completed):
    found = completed("''", "--gan", "--gan_type sco", "--no_t", "--preset dem",
                      "--dataset mnist2s", "--config pic", "--batch_size ''", "sample pic",
                      "sample x --co", "fit-encoder x --it", "figures dirac", "stylize a pic",
                      "reproduce al")
    assert found.pop(0) == list(COMMANDS)
    assert found == [["--gan_type"], ["scogan"], ["--no_tensorboard"], ["demo"],
                     ["mnist2street", "mnist2svhn", "mnist2svhn_pruned"],
                     ["picture.png"], [], ["picture.png"], ["--count"], ["--iterations"],
                     ["dirac-distances", "dirac-fields"], ["picture.png"], ["all"]]


def test_the_word_starts_this_program(capsys, tmp_path):
    """From another folder, with words that a shell could split."""
    code = script(capsys, "bash", "--name", "my-gan") + "\nmy-gan sample 'a  b'"
    done = subprocess.run(["bash", "--norc", "-c", code], capture_output=True, text=True,
                          cwd=tmp_path, timeout=60)
    assert done.returncode == 2 and "there is no run at a b" in done.stderr


@pytest.mark.parametrize("shell, line", [
    ("bash", "complete -o bashdefault -F _shtab_scogan scogan"),
    ("zsh", "  compdef _shtab_scogan -N scogan"), ("fish", "complete -c scogan -f"),
    ("tcsh", "complete scogan \\")])
def test_every_shell_gets_the_word_and_its_completion(capsys, shell, line):
    lines = script(capsys, shell).splitlines()
    start = next(each for each in lines if each.startswith(STARTS[shell].split("{name}")[0] +
                                                           "scogan"))
    assert line in lines and lines.index(start) < lines.index(line)
    assert sys.executable in start and "main.py" in start
    assert any("fit-encoder" in each for each in lines)


@pytest.mark.parametrize("words, message", [
    (["bsh"], "unknown shell 'bsh'; did you mean 'bash'"), ([], "required: SHELL"),
    (["bash", "--name", "a;b"], "name must be a word"),
    (["bash", "--name=./main.py"], "name must be a word")])
def test_mistakes(capsys, words, message):
    assert main(["completion", *words]) == 2
    assert message in capsys.readouterr().err
