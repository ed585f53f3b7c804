from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from gis.corridors.parameters import DEFAULT_WIDTH_M, CorridorParameters

PAGE = (Path(__file__).parents[2] / "docs" / "corridors.md").read_text(encoding="utf-8")
NUMBERS = [field.name for field in fields(CorridorParameters) if field.name != "default_width_m"]


@pytest.mark.parametrize("name", NUMBERS)
def test_every_parameter_is_documented_with_its_default(name: str) -> None:
    assert f"| `{name}` | {getattr(CorridorParameters(), name):g} |" in PAGE


def test_every_default_width_is_documented() -> None:
    assert ", ".join(f"{name} {width:g}" for name, width in DEFAULT_WIDTH_M.items()) in PAGE
