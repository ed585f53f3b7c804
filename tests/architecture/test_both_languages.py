"""Whatever a request can be refused with is said in Chinese and English."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from gis import errors

ROOT: Final = Path(__file__).parents[2]
START: Final = "api.app"

ENGLISH_ONLY: Final = {
    "api/operations/editions.py:publish_edition": "a command publishes",
    "api/operations/editions.py:_plain": "a command publishes",
    "api/operations/editions.py:_name": "a command names the file; one that the web makes anew has its name",
    "api/operations/files.py": "files that a command reads and writes",
    "api/operations/capacity.py:explained": "a command explains; the web explains what is published",
    "api/operations/policy.py:own_calendar": "a file that a command is given",
    "api/operations/tokens.py": "commands make and revoke tokens",
    "gis/calendar.py:read_calendar": "a file that a command is given",
    "gis/crs.py": "imports name a system; the web has its own short list",
    "gis/dictionary": "imports match columns",
    "gis/policy/load.py": "the product's own files, which its tests read whole",
    "gis/settings_file.py": "files of settings that a command is given, and the product's own",
    "layers/editions": "a command publishes",
    "layers/sources": "a command reads files",
    "maps/zone_content.py": "frames that the product itself draws, never a request's",
}
"""Where words may be English, and why no request meets them."""


def _told(kind: type[errors.KaimenError]) -> bool:
    """Return whether the web tells an error's own words; those of the others name servers and folders."""
    return issubclass(kind, errors.InputError | errors.ConflictError | errors.MissingDataError)


TOLD: Final = {
    name
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.KaimenError) and _told(kind)
}


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def file_of(module: str) -> Path | None:
    base = ROOT.joinpath(*module.split("."))
    return next((each for each in (base.with_suffix(".py"), base / "__init__.py") if each.is_file()), None)


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{each.name}" for each in node.names)


@cache
def reached() -> list[Path]:
    """Return every file of the product that the application imports."""
    seen: dict[str, Path] = {}
    waiting = [START]
    while waiting:
        module = waiting.pop()
        path = file_of(module)
        if path is not None and module not in seen:
            seen[module] = path
            waiting += imported(path)
    return sorted(set(seen.values()))


def owners(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """Return each part of a module with the outermost function or the method that it stands in."""
    for node in tree.body:
        parts = node.body if isinstance(node, ast.ClassDef) else [node]
        for part in parts:
            yield getattr(part, "name", ""), part


def name_of(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


class Module:
    """What in a module is words in both languages; whatever cannot be told to be is taken for English."""

    def __init__(self, tree: ast.Module) -> None:
        self.values: dict[str, list[ast.expr]] = {}
        self.given: dict[str, list[ast.expr]] = {}
        self.functions: dict[str, ast.FunctionDef] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                for target in targets:
                    if isinstance(target, ast.Name):
                        self.values.setdefault(target.id, []).append(node.value)
            elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
                self.given.setdefault(node.target.id, []).append(node.value)
            elif isinstance(node, ast.FunctionDef):
                self.functions[node.name] = node
            elif isinstance(node, ast.Call) and name_of(node) == "append":
                self.given.setdefault(ast.unparse(node.func).removesuffix(".append"), []).append(node.args[0])

    def both(self, value: ast.expr) -> bool:
        """Return whether a value is words in both languages."""
        if isinstance(value, ast.Call):
            made = self.functions.get(name_of(value))
            returned = ast.unparse(made.returns) if made and made.returns else ""
            return name_of(value) in {"Words", "sentence"} or returned == "Words"
        if isinstance(value, ast.IfExp):
            return self.both(value.body) and self.both(value.orelse)
        if isinstance(value, ast.Name):
            known = self.values.get(value.id, [])
            return bool(known) and all(self.both(each) for each in known)
        if isinstance(value, ast.Subscript) and isinstance(value.value, ast.Name):
            return self.all_both(value.value)
        return isinstance(value, ast.Attribute) and ".said." in ast.unparse(value)

    def all_both(self, value: ast.expr) -> bool:
        """Return whether a value is a list of words in both languages."""
        if isinstance(value, ast.List | ast.Tuple):
            return all(self.both(each) for each in value.elts)
        if isinstance(value, ast.ListComp):
            return self.both(value.elt) or ".said.faults" in ast.unparse(value)
        if isinstance(value, ast.Call):  # of what yields them, made to a list or as it is
            made = self.functions.get(name_of(value))
            return made is not None and "[Words" in ast.unparse(made.returns or ast.Constant(""))
        if isinstance(value, ast.Name):
            begun = [each for each in self.values.get(value.id, []) if ast.unparse(each) != "Faults()"]
            given = self.given.get(value.id, [])
            return (
                bool(begun)
                and all(self.all_both(each) for each in begun)
                and all(self.both(each) or self.all_both(each) for each in given)
            )
        return ".said.faults" in ast.unparse(value)

    def english(self, call: ast.Call) -> Iterator[str]:
        """Return what an error says in English only."""
        more = {each.arg: each.value for each in call.keywords}
        if not call.args or not self.both(call.args[0]):
            yield "detail"
        if "repair" in more and not self.both(more["repair"]):
            yield "repair"
        if "faults" in more and not self.all_both(more["faults"]):
            yield "faults"


def found() -> Iterator[tuple[str, str, str]]:
    """Return file, function and what is English, of every error that the web tells."""
    for path in reached():
        name = path.relative_to(ROOT).as_posix()
        if name == "gis/errors.py":
            continue
        tree = parsed(path)
        module = Module(tree)
        for owner, part in owners(tree):
            for node in ast.walk(part):
                if isinstance(node, ast.Call) and name_of(node) in TOLD:
                    for what in module.english(node):
                        yield name, owner, f"{name}:{node.lineno}: {what} of {name_of(node)}"


def excepted(name: str, owner: str) -> str | None:
    for each in ENGLISH_ONLY:
        file, _, function = each.partition(":")
        if (function == owner and name == file) or (
            not function and (name == file or name.startswith(f"{file}/"))
        ):
            return each
    return None


def test_every_error_that_a_request_can_meet_is_said_in_both_languages() -> None:
    assert not [where for name, owner, where in found() if excepted(name, owner) is None]


def test_what_a_route_says_itself_is_in_the_language_of_the_request() -> None:
    said = [
        (f"{path.relative_to(ROOT)}:{node.lineno}", ast.unparse(node.args[1]))
        for path in reached()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and name_of(node) == "HTTPException" and len(node.args) > 1
    ]
    assert len(said) > 10
    assert not [(where, words) for where, words in said if "language" not in words]


def test_no_exception_is_left_over() -> None:
    assert {excepted(name, owner) for name, owner, _ in found()} == set(ENGLISH_ONLY)


def test_words_of_one_language_are_seen() -> None:
    told = """
def _yet(name: str) -> Words: ...
FINE = Words("好", "fine")
POOR = "poor"
def f():
    faults = []
    faults.append(_yet("x"))
    worse = []
    worse.append("poor")
    raise InputError(FINE, repair=_yet("y"), faults=faults)
    raise InputError(POOR, repair=f"{POOR}", faults=worse)
    raise InputError(str(FINE), repair=FINE if f else "", faults=[FINE, POOR])
"""
    tree = ast.parse(told)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and name_of(node) == "InputError"]
    assert [list(Module(tree).english(each)) for each in calls] == [
        [],
        ["detail", "repair", "faults"],
        ["detail", "repair", "faults"],
    ]
    assert {"InputError", "CapacityError", "MissingDataError"} <= TOLD
    assert not {"KaimenError", "DatabaseError", "StorageError"} & TOLD
