"""A run folder: created late, locked, continued with its own settings only."""

import json
import os
import subprocess
import sys

import pytest

from config import run as module
from config.resolve import load_config, read_beside, resolve
from config.run import Run
from framework.errors import UserError
from framework.history import History

BASE = ["--dataset", "glyph2edge", "--preset", "none"]


def config(*flags):
    return resolve([*BASE, *flags])


def options(path):
    """The options in a run's config.json, without what stands beside them."""
    return load_config(path).stored()


@pytest.fixture
def made(tmp_path):
    """A run that was made and left."""
    Run.open(tmp_path / "run", config()).close()
    return tmp_path / "run"


def test_a_check_creates_nothing(tmp_path):
    Run.check(tmp_path / "deep" / "run", config())
    assert os.listdir(tmp_path) == []


def test_create(tmp_path):
    with Run.check(tmp_path / "deep" / "run", config("--seed", "3")).create() as run:
        assert run.samples.is_dir() and run.checkpoints.is_dir() and run.models.is_dir()
        assert options(run.path) == run.config.stored()
        assert run.config.experiment.seed == 3


def test_the_places_in_a_run(tmp_path):
    run = Run(tmp_path, config())
    names = ("samples", "checkpoints", "models", "losses_csv", "losses_png",
             "progress_gif", "metrics_json", "tensorboard")
    assert [getattr(run, name).relative_to(tmp_path).as_posix() for name in names] == [
        "samples", "checkpoints", "models", "losses.csv", "losses.png", "progress.gif",
        "metrics.json", "tensorboard"]


def test_the_same_settings_continue(made):
    before = (made / "config.json").read_text()
    Run.open(made, config()).close()
    assert (made / "config.json").read_text() == before


def test_other_settings_are_listed_and_nothing_is_touched(made):
    before = (made / "config.json").read_text()
    with pytest.raises(UserError) as error:
        Run.check(made, config("--seed", "3", "--lr_g", "0.5", "--sample_every", "7"))
    assert "seed is 0, not 3; lr_g is 0.0002, not 0.5; choose" in str(error.value)
    assert "sample_every" not in str(error.value)
    assert (made / "config.json").read_text() == before
    Run.check(made, config()).close()


@pytest.mark.parametrize("flags", [
    ["--iterations", "99999"], ["--sample_every", "7"], ["--no-tensorboard"],
    ["--compile", "none"], ["--log_every", "3"], ["--sample_rows", "4"]])
def test_what_may_change_is_kept_for_the_next_time(made, flags):
    changed = config(*flags)
    Run.open(made, changed).close()
    assert options(made) == changed.stored()


def test_the_data_may_be_named_by_another_path_to_it(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "data")
    Run.open(tmp_path / "run", config("--data_dir", str(tmp_path / "data"))).close()
    Run.open(tmp_path / "run", config("--data_dir", str(tmp_path / "link") + "/")).close()
    with pytest.raises(UserError, match="data_dir is "):
        Run.open(tmp_path / "run", config("--data_dir", str(tmp_path)))


@pytest.mark.parametrize("iterations, valid", [(39, False), (40, True), (41, True)])
def test_iterations_cannot_fall_below_what_is_done(made, iterations, valid):
    history = History(made / "losses.csv")
    for i in range(40):
        history.append(i, {"g": 0.0})
    history.flush()
    asked = config("--iterations", str(iterations))
    if valid:
        Run.open(made, asked).close()
    else:
        with pytest.raises(UserError, match="already done 40 iterations, more than the 39"):
            Run.check(made, asked)
        Run.check(made, config()).close()


LOCKER = """
import sys
from config import run as module
from config.resolve import load_config, read_beside, resolve
from config.run import Run
Run.open(sys.argv[1], resolve(sys.argv[2:]))
print("locked", flush=True)
sys.stdin.read()
"""


def test_a_run_in_use_is_refused_until_its_process_is_killed(made):
    with subprocess.Popen([sys.executable, "-c", LOCKER, str(made), *BASE], text=True,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == "locked\n"
        with pytest.raises(UserError, match="in use by another process"):
            Run.check(made, config())
        other.kill()
        other.wait()
    Run.open(made, config()).close()


def test_two_that_found_the_same_place_free(tmp_path):
    first, second = (Run.check(tmp_path / "run", config()) for _ in range(2))
    with first.create(), pytest.raises(UserError, match="in use"):
        second.create()
    with pytest.raises(UserError, match="other settings: seed"):
        late = Run.check(tmp_path / "late", config("--seed", "1"))
        Run.open(tmp_path / "late", config()).close()
        late.create()


def test_close_gives_the_lock_back(made):
    run = Run.open(made, config())
    with pytest.raises(UserError, match="in use"):
        Run.check(made, config())
    run.close()
    run.close()
    Run.check(made, config()).close()


def test_a_folder_with_other_things_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(UserError, match="not empty and is no run"):
        Run.check(tmp_path, config())
    assert os.listdir(tmp_path) == ["thesis.txt"]


def test_a_file_in_the_place_of_the_folder(tmp_path):
    path = tmp_path / "run"
    path.write_text("mine")
    with pytest.raises(UserError, match="is a file"):
        Run.check(path, config())
    with pytest.raises(UserError, match="cannot write"):
        Run.check(path / "below", config())
    assert path.read_text() == "mine"


def test_an_empty_folder_and_one_killed_at_its_start_can_be_had(tmp_path):
    (tmp_path / "empty").mkdir()
    Run.open(tmp_path / "empty", config()).close()
    begun = tmp_path / "begun"
    Run.open(begun, config()).close()
    (begun / "config.json").rename(begun / ".new-abc.json")
    Run.open(begun, config()).close()
    assert (begun / "config.json").is_file()


def test_a_run_of_another_version_is_refused(made):
    (made / "config.json").write_text('{"sed": 1}')
    with pytest.raises(UserError, match="did you mean 'seed'"):
        Run.check(made, config())
    (made / "config.json").write_text(json.dumps(config().stored()))
    Run.check(made, config()).close()


def test_only_the_chief_of_several_processes_takes_the_folder(tmp_path, monkeypatch):
    task = '"task": {"type": "worker", "index": %d}}'
    cluster = '{"cluster": {"worker": ["a:1", "b:1"]}, '
    monkeypatch.setenv("TF_CONFIG", cluster + task % 1)
    Run.open(tmp_path / "run", config()).close()
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setenv("TF_CONFIG", cluster + task % 0)
    with Run.open(tmp_path / "run", config()):
        monkeypatch.setenv("TF_CONFIG", cluster + task % 1)
        Run.open(tmp_path / "run", config()).close()
        monkeypatch.setenv("TF_CONFIG", cluster + task % 0)
        with pytest.raises(UserError, match="in use"):
            Run.open(tmp_path / "run", config())


def test_without_fcntl_one_line_names_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "fcntl", None)
    with pytest.raises(UserError, match="on Windows, work in WSL2"):
        Run.open(tmp_path / "run", config())


def test_a_run_keeps_what_computed_it_and_says_when_that_changes(tmp_path, monkeypatch, capsys):
    path = tmp_path / "run"
    for processor in ("one", "one", "another"):
        monkeypatch.setattr(module, "environment", lambda p=processor: {"processor": p})
        Run.open(path, config()).close()
    said = capsys.readouterr().out
    kept = json.loads((path / "config.json").read_text())["environments"]
    assert kept == [{"from_iteration": 0, "processor": name, "precision": "float32"}
                    for name in ("one", "another")]
    assert said.count("bits may differ") == 1 and "processor was one and is another" in said


def folder_config(path, *flags):
    return resolve(["--gan_type", "gan", "--dataset", f"folder:{path}", "--preset", "none", *flags])


@pytest.fixture
def pictures(tmp_path):
    """A folder in which images would lie."""
    (tmp_path / "pictures").mkdir()
    return tmp_path / "pictures"


def with_content(path, config, content):
    run = Run.check(path, config)
    run.check_content(content)
    run.create(content).close()


def test_data_may_move_when_they_are_the_same(tmp_path, pictures):
    (tmp_path / "moved").mkdir()
    with_content(tmp_path / "run", folder_config(pictures), {"data": ["a"]})
    with_content(tmp_path / "run", folder_config(tmp_path / "moved"), {"data": ["a"]})
    assert load_config(tmp_path / "run").data.dataset == f"folder:{tmp_path / 'moved'}"


def test_where_the_data_are_gone_the_line_says_how_to_name_their_place(tmp_path, pictures):
    Run.open(tmp_path / "run", folder_config(pictures)).close()
    pictures.rmdir()
    with pytest.raises(UserError, match="no folder .*pictures; where the data moved, say so once"):
        resolve(["--run", str(tmp_path / "run")])
    with pytest.raises(UserError) as found:
        resolve(["--run", str(tmp_path / "run"), "--dataset", f"folder:{tmp_path / 'no'}"])
    assert "moved" not in str(found.value)


def test_other_data_in_another_place_are_refused_and_nothing_is_touched(tmp_path, pictures):
    (tmp_path / "other").mkdir()
    with_content(tmp_path / "run", folder_config(pictures), {"data": ["a"]})
    before = (tmp_path / "run" / "config.json").read_text()
    with pytest.raises(UserError, match="other settings: dataset .*other' does not hold what"):
        with_content(tmp_path / "run", folder_config(tmp_path / "other"), {"data": ["b"]})
    assert (tmp_path / "run" / "config.json").read_text() == before


def test_data_that_changed_in_their_place_are_named_in_a_line(tmp_path, pictures, capsys):
    with_content(tmp_path / "run", folder_config(pictures), {"data": ["a"]})
    capsys.readouterr()
    with_content(tmp_path / "run", folder_config(pictures), {"data": ["b"]})
    assert capsys.readouterr().out.startswith("data changed since the run")


def test_a_run_without_digests_keeps_to_its_places(tmp_path, pictures):
    (tmp_path / "moved").mkdir()
    Run.open(tmp_path / "run", folder_config(pictures)).close()
    with pytest.raises(UserError, match="dataset is 'folder:"):
        Run.check(tmp_path / "run", folder_config(tmp_path / "moved"))


@pytest.mark.parametrize("text", ["", "[]", "{", '{"content": 3, "environments": []}',
                                  '{"content": {}, "environments": [4]}'])
def test_what_stands_beside_the_options_may_be_missing_or_wrong(tmp_path, text):
    (tmp_path / "config.json").write_text(text)
    assert read_beside(tmp_path) == {}
