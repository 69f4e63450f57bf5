"""Imports run one way: server → schema → resolvers → exports → models, never up, never in a circle.

`execution` stands beside them: server and schema use it, and it knows none of them. `exports` and
`mail` stand between resolvers and models.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent

# What each folder may import of the others.
ALLOWED = {
    "models": set[str](),
    "exports": {"models"},
    "mail": {"models"},
    "resolvers": {"exports", "mail", "models"},
    "execution": set[str](),
    "schema": {"execution", "models", "resolvers"},
    "server": {"execution", "exports", "mail", "models", "resolvers", "schema"},
    "benchmarks": {"execution", "exports", "mail", "models", "resolvers", "schema", "server"},
}


def modules() -> Iterator[tuple[str, Path]]:
    for folder in ALLOWED:
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            yield name.removesuffix(".__init__"), path


def imported(path: Path) -> set[str]:
    """The modules of ours that a file imports when it runs."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = []  # names for the type checker; nothing is imported
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.split(".")[0] in ALLOWED}


def test_no_import_points_upwards() -> None:
    upwards = [
        f"{name} imports {other}"
        for name, path in modules()
        for other in imported(path)
        if (folder := name.split(".")[0]) != (target := other.split(".")[0])
        and target not in ALLOWED[folder]
    ]

    assert upwards == []


def test_no_imports_run_in_a_circle() -> None:
    known = dict(modules())
    arrows = {
        name: {other for other in imported(path) if other in known and other != name}
        for name, path in known.items()
    }
    done: set[str] = set()

    def circle_from(name: str, path: list[str]) -> list[str]:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return []
        for other in sorted(arrows[name]):
            # A package is entered through its __init__, which may hand on names of its own modules.
            if other.startswith(f"{name}.") or name.startswith(f"{other}."):
                continue
            if found := circle_from(other, [*path, name]):
                return found
        done.add(name)
        return []

    assert [circle for name in known if (circle := circle_from(name, []))] == []
