"""What the page on siting lists is what the code knows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from api.operations.screening_files import ENDINGS
from gis.siting.classes import SiteClass
from gis.siting.loads import USES, default_table, use_of
from gis.siting.words import vocabulary, words

PAGE = (Path(__file__).parents[2] / "docs" / "siting.md").read_text(encoding="utf-8")
CONTRACT = (
    *("insufficient_capacity", "no_entry", "no_route", "no_spare_bay", "too_far", "unknown_capacity"),
    *("stale", "access_point_missing", "withheld"),
)
"""Reasons of the interface under ``rejected``."""


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the first table below a heading of columns."""
    _, _, rest = PAGE.partition(f"| {heading} |")
    lines = rest.split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_every_class_is_there_by_its_words() -> None:
    listed = [re.fullmatch(r"`(\w+)` \((.+)\)", each[0]) for each in rows("class | when")]
    assert [each and each.groups() for each in listed] == [
        (each.value, words(f"class.{each.value}").zh) for each in SiteClass
    ]


def test_every_reason_is_there() -> None:
    listed = {each[0].strip("`"): each[1] for each in rows("failed test | rejected | meaning")}
    assert set(listed) == {key.removeprefix("reason.") for key in vocabulary() if key.startswith("reason.")}
    assert {name for name, rejected in listed.items() if rejected == "yes"} == set(CONTRACT)


@pytest.mark.parametrize("use", USES)
def test_the_densities_and_codes_of_each_use(use: str) -> None:
    table = default_table()
    [(_, codes, floor, land)] = [
        each
        for each in rows("land use | codes | W/m² of floor | kW/ha of land")
        if each[0].startswith(f"{use} ")
    ]
    assert {use_of(each.strip()) for each in codes.split(",")} == {use}
    for told, kind in ((floor, "floor"), (land, "land")):
        span = getattr(table, f"{kind}_{use}", None)
        assert told == ("-" if span is None else f"{span[0]:g}-{span[1]:g}")


def test_the_parameters_have_their_defaults() -> None:
    table = default_table()
    listed = {each[0]: each[1] for each in rows("parameter | default | what")}
    named = [
        name
        for name in type(table).__dataclass_fields__
        if not name.startswith(("floor_", "land_", "version"))
    ]
    own = {
        f"`{name}`": f"{getattr(table, name):g}" for name in named if isinstance(getattr(table, name), float)
    }
    assert {name: value for name, value in listed.items() if name in own} == own


def test_the_endings_of_files() -> None:
    assert all(f"`{each}`" in PAGE for each in ENDINGS)
