"""What the browser loads: our own files, as vendored, in a language that old browsers know."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

import maps
from maps.folium_page import LEAFLET

STATIC = Path(maps.__file__).parent / "static"
VENDOR = STATIC / "vendor"
MANIFEST = json.loads((VENDOR / "MANIFEST.json").read_text(encoding="utf-8"))
OWN = sorted((STATIC / "app").iterdir())
# Newer than ES2017: optional chaining, nullish, spread in objects, private fields, bigint, static blocks.
NEWER = re.compile(
    r"\?\.[A-Za-z_([]|\?\?|\{\s*\.\.\.|,\s*\.\.\.\w+\s*\}|\.replaceAll\(|\.at\(-|\.flat\(\)|\.matchAll\("
)


@pytest.mark.parametrize("entry", MANIFEST, ids=lambda entry: str(entry["file"]))
def test_a_vendored_file_is_the_one_of_the_manifest(entry: dict[str, str]) -> None:
    held = (VENDOR / entry["file"]).read_bytes()
    assert hashlib.sha256(held).hexdigest() == entry["sha256"]
    assert b"sourceMappingURL" not in held


def test_every_vendored_file_is_in_the_manifest_and_has_its_licence() -> None:
    tools = {"MANIFEST.json", "README.md", "package.json", "package-lock.json"}
    tools |= {"vendor.mjs", "leaflet.mjs", "vector-tile.mjs"}
    held = {path.name for path in VENDOR.iterdir() if path.is_file()}
    assert held - tools == {entry["file"] for entry in MANIFEST}
    told = {package["name"] for entry in MANIFEST for package in entry["packages"]}
    licensed = {
        package["name"]
        for entry in MANIFEST
        if entry["file"].startswith("LICENSE")
        for package in entry["packages"]
    }
    assert told == licensed


def test_what_pages_may_use_of_leaflet_is_what_is_built_of_it() -> None:
    entry = (VENDOR / "leaflet.mjs").read_text(encoding="utf-8")
    named = re.findall(r"^export (?:\{ (?:\w+ as )?|const |\* as )(\w+)", entry, re.MULTILINE)
    assert sorted(named) == sorted(LEAFLET)
    for path in OWN:
        used = re.findall(r"\bL\.(\w+)", path.read_text(encoding="utf-8")) if path.suffix == ".js" else []
        assert set(used) <= LEAFLET | {"kaimen"}, path.name


def test_the_versions_are_those_that_npm_ci_installs() -> None:
    locked = json.loads((VENDOR / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for entry in MANIFEST:
        for package in entry["packages"]:
            assert locked[f"node_modules/{package['name']}"]["version"] == package["version"]
            assert locked[f"node_modules/{package['name']}"]["integrity"].startswith("sha512-")


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_our_own_files_load_nothing_and_run_no_names(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"https?:|//cdn|@import|url\((?!#)", text)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function", text)
    if path.suffix == ".js":
        assert not NEWER.search(text)


def test_the_check_for_new_syntax_finds_it() -> None:
    for newer in ("a?.b", "a ?? b", "({...a})", "({a, ...b})"):
        assert NEWER.search(newer), newer
    assert not NEWER.search("f(...xs); [...a, ...b]; a ? .5 : 1")
