"""Pages that are made from data are up to date, and findings are explained."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from gis.dictionary.document import markdown as dictionary_page
from gis.network.document import markdown as checks_page
from layers.intake.log import REPAIRS

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("page", "made", "module"),
    [
        ("data-dictionary.md", dictionary_page, "gis.dictionary.document"),
        ("checks.md", checks_page, "gis.network.document"),
    ],
)
def test_a_page_made_from_data_is_up_to_date(page: str, made: Callable[[], str], module: str) -> None:
    written = (ROOT / "docs" / page).read_text(encoding="utf-8")
    assert written == made(), f"run: python -m {module} > docs/{page}"


CREATORS = re.compile(
    r"(?:warning|error|Finding|rows|_tell|ValueFault)\(\s*\"([a-z0-9_]+)\"|check=\"([a-z0-9_]+)\""
)


def test_every_finding_of_an_import_is_explained() -> None:
    told = set(REPAIRS)
    sources = [ROOT / "layers" / "intake", ROOT / "layers" / "sources", ROOT / "gis" / "dictionary"]
    modules = [path for folder in sources for path in folder.rglob("*.py")]
    modules += [ROOT / "gis" / f"{name}.py" for name in ("crs", "crs_diagnosis", "datum_evidence")]
    for path in modules:
        told |= {one or two for one, two in CREATORS.findall(path.read_text(encoding="utf-8"))}
    page = (ROOT / "docs" / "importing.md").read_text(encoding="utf-8")
    assert len(told) > 40
    assert not {name for name in told if f"`{name}`" not in page}
