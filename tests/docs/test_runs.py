"""The commands and the Python of the pages, given at tiny sizes in a folder where RUN is a run.

Minutes. What is not given stands in `tiny.NOT_RUN`, with the reason; nothing else is left out.
"""

import os
import shlex
import shutil
import subprocess
import sys
from itertools import count

import cv2
import numpy as np
import pytest
from skimage import data

from commands.dispatch import main
from tests.docs import tiny
from tests.docs.pages import NAMES, ROOT, blocks, commands, listings, whole_lines
from tests.docs.test_commands import SHELL
from tests.docs.world import SIDE, lay_out

pytestmark = pytest.mark.slow

PAGES = [page for page in NAMES if page not in tiny.ELSEWHERE]
SPARE = count()
UNCOUPLED = "--feature_weight 0 --semantic_weight 0 --balance_weight 0 --certainty_weight 0"


def crops():
    """Squares of photographs that scikit-image ships."""
    rng = np.random.default_rng(0)
    sources = [data.astronaut(), data.coffee(), data.cat()]
    while True:
        image = sources[rng.integers(len(sources))]
        y, x = (rng.integers(0, side - 2 * SIDE) for side in image.shape[:2])
        square = np.ascontiguousarray(image[y:y + 2 * SIDE, x:x + 2 * SIDE, ::-1])
        yield cv2.resize(square, (SIDE, SIDE), interpolation=cv2.INTER_AREA)


def given(line: str) -> None:
    words = tiny.smaller(line, f"made/{next(SPARE)}")
    try:
        status = main(words)
    except SystemExit as end:
        status = end.code or 0
    assert status == 0, f"{line}\n{shlex.join(words)}"


@pytest.fixture(scope="module", autouse=True)
def world(tmp_path_factory):
    place, before = tmp_path_factory.mktemp("world"), dict(os.environ)
    here = os.getcwd()
    os.environ["SCOGAN_CACHE"] = str(place / "cache")
    os.chdir(place)
    lay_out(place, crops())
    for line in ("--gan_type classifier --dataset glyph2street --run CLASSIFIER",
                 "--preset demo --run RUN", f"--preset demo --run RUN0 {UNCOUPLED}"):
        given(f"python main.py {line}")
    shutil.copytree("RUN", "runs/demo")
    yield place
    os.chdir(here)
    os.environ.clear()
    os.environ.update(before)


@pytest.mark.parametrize("page", PAGES)
def test_commands_run(page, capfd):
    lines = {line: None for body in listings(page) for line in whole_lines(body)}
    for line in lines:
        for each in SHELL.get(line, [line]):
            if tiny.reason(each) or not each.startswith("python "):
                continue
            if each.startswith("python -m "):
                module_runs(each)
            else:
                for one in alternatives_of(page, each):
                    given(one)


def alternatives_of(page: str, line: str) -> list[str]:
    """The commands that `pages.commands` makes of a line with `a|b`."""
    found = [each for _, each in commands(page)
             if each.split() and each.split()[:3] == line.split()[:3]
             and len(each.split()) == len(line.split())]
    return [line] if "|" not in line else found


def module_runs(line: str) -> None:
    words = shlex.split(line)
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, *words[1:]], env=env, check=True, timeout=300)


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "python")])
def test_python_runs(page, capfd):
    for body in blocks(page, "python"):
        exec(compile(body, page, "exec"), {})


def test_the_notebook_runs(world):
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(ROOT / "examples/quickstart.ipynb", as_version=4)
    assert sum(cell.cell_type == "code" for cell in notebook.cells) == 10
    assert all(not cell.outputs for cell in notebook.cells if cell.cell_type == "code")
    os.environ["QUICKSTART_RUN"] = str(world / "quickstart")
    os.environ["QUICKSTART_OPTIONS"] = (
        "--parent_iterations 2 --iterations 2 --width 0.2 --batch_size 8 --limit_data 200 "
        f"--classifier_path {world / tiny.CLASSIFIER}")
    NotebookClient(notebook, timeout=1500, kernel_name="python3",
                   resources={"metadata": {"path": str(ROOT / "examples")}}).execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code"
               for output in cell.outputs]
    pictures = [output for output in outputs if "image/png" in output.get("data", {})]
    assert len(pictures) == 4
    assert (world / "quickstart/report.html").is_file()
