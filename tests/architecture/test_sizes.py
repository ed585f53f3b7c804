"""A module fits on a few screens and a function on one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import LONG

ROOT = Path(__file__).parents[2]
MODULE_LINES = 400
FUNCTION_LINES = 60
PACKAGES = ("gis", "layers", "maps", "api", "tests")


def modules() -> Iterator[Path]:
    for package in PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))


@pytest.mark.parametrize("path", list(modules()), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_and_its_functions_are_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MODULE_LINES
    if "versions" in path.parts:
        return  # a migration is one list of tables
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= FUNCTION_LINES, f"{node.name} has {length} lines"


@pytest.mark.parametrize(
    "path", sorted((ROOT / "maps" / "static" / "app").iterdir()), ids=lambda path: path.name
)
def test_a_file_of_the_pages_is_small(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MODULE_LINES


def test_there_are_no_drawers_for_odds_and_ends() -> None:
    banned = {"utils", "helpers", "common", "manager", "service_layer", "misc"}
    assert not [path for path in modules() if path.stem in banned]


def test_tests_are_no_packages() -> None:
    assert not list((ROOT / "tests").rglob("__init__.py"))


def test_the_modules_that_begin_are_there() -> None:
    assert not [name for name in LONG if not (ROOT / "tests" / name).is_file()]
