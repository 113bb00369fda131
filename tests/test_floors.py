"""The house has floors, and every import runs down or stays on its floor."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# From the ground up; `main` stands on the roof. A folder that is not named here has no floor yet.
FLOORS = ("framework", "losses", "nets", "data", "metrics", "penalties", "config", "reproduce",
          "trainers", "style", "figures", "report", "commands", "main")


def module_name(path: Path, root: Path) -> str:
    """`data/load.py` is data.load, and `data/__init__.py` is data."""
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_names(tree: ast.Module, known: set[str]):
    """The modules of ours that a module imports, at its head or inside of a function, and those
    that a `Lazy` stands for."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in known else node.module
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Lazy":
            yield node.args[0].value


def imports(root: Path) -> dict[str, set[str]]:
    """Module to the modules of ours that it imports, under the floors of `root`."""
    paths = [root / "main.py", *(path for floor in FLOORS for path in (root / floor).rglob("*.py"))]
    trees = {module_name(path, root): ast.parse(path.read_text()) for path in paths
             if path.is_file()}
    return {name: {other for other in imported_names(tree, set(trees)) if other in trees}
            for name, tree in trees.items()}


def floor(module: str) -> int:
    return FLOORS.index(module.partition(".")[0])


def upward(graph) -> list[str]:
    """Every import that runs up, as "who -> whom"."""
    return sorted(f"{name} -> {other}" for name, others in graph.items() for other in others
                  if floor(other) > floor(name))


def circles(graph) -> list[set[str]]:
    """Groups of modules that reach each other."""
    def reached(start):
        seen, waiting = set(), [start]
        while waiting:
            for other in graph[waiting.pop()] - seen:
                seen.add(other)
                waiting.append(other)
        return seen
    reach = {name: reached(name) for name in graph}
    groups = [{other for other in reach[name] if name in reach[other]} for name in graph]
    return [group for i, group in enumerate(groups) if group and group not in groups[:i]]


@pytest.fixture(scope="module")
def graph():
    return imports(ROOT)


def test_every_import_runs_down(graph):
    assert len(graph) > 100 and "framework.errors" in graph["data.load"]
    assert upward(graph) == []


def test_no_modules_import_each_other(graph):
    assert circles(graph) == []


def test_no_folder_of_code_is_without_a_floor():
    folders = {path.parent.name for path in ROOT.glob("*/*.py")}
    assert folders - set(FLOORS) == {"benchmarks", "docs", "tests"}


@pytest.mark.parametrize("line", [
    "from trainers.loop import fit", "import trainers.loop", 'loop = Lazy("trainers.loop")',
    "def late():\n    from trainers import loop"])
def test_an_upward_import_is_found_wherever_it_stands(tmp_path, line):
    for floor_name in ("losses", "trainers"):
        (tmp_path / floor_name).mkdir()
    (tmp_path / "trainers/loop.py").write_text("from losses import adversarial\n")
    (tmp_path / "losses/adversarial.py").write_text(line + "\n")
    graph = imports(tmp_path)
    assert upward(graph) == ["losses.adversarial -> trainers.loop"]
    assert circles(graph) == [{"losses.adversarial", "trainers.loop"}]
