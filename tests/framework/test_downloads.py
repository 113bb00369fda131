"""What is said of a download."""

import io

import pytest

from framework import downloads
from framework.downloads import fetched, keras_download


@pytest.mark.parametrize("length, said", [(3 * 2**20 + 5, ", 3.0 MiB"), (None, "")])
def test_a_file_comes_whole_and_its_size_is_said_before(length, said, capsys):
    content, file = bytes(range(256)) * (3 * 2**12) + b"12345", io.BytesIO()
    fetched(io.BytesIO(content), file, "https://some.where/a.pth", length)
    assert file.getvalue() == content
    assert capsys.readouterr().out == f"fetching https://some.where/a.pth{said}\n"


class Config:
    interactive = True

    def is_interactive_logging_enabled(self):
        return self.interactive

    def disable_interactive_logging(self):
        self.interactive = False

    def enable_interactive_logging(self):
        self.interactive = True


@pytest.mark.parametrize("terminal", [False, True])
def test_keras_says_what_it_downloads_and_no_bar_fills_a_log(terminal, tmp_path, monkeypatch,
                                                             capsys):
    config = Config()
    monkeypatch.setattr(downloads, "keras", type("Keras", (), {"config": config}))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(downloads.sys.stdout, "isatty", lambda: terminal)
    with keras_download("net.h5"):
        assert config.interactive is terminal
    assert config.interactive
    assert capsys.readouterr().out == f"Keras downloads net.h5 into {tmp_path}/models, once\n"
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "net.h5").touch()
    with keras_download("net.h5"):
        pass
    assert capsys.readouterr().out == ""
