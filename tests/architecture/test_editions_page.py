from __future__ import annotations

from pathlib import Path

import pytest

from gis.editions.causes import Cause
from gis.editions.columns import PUBLISHED
from gis.editions.disclosure import KEYS, default_settings
from gis.editions.withholding import Withheld

PAGE = (Path(__file__).parents[2] / "docs" / "editions.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", KEYS)
def test_every_setting_is_documented_with_its_default(name: str) -> None:
    [line] = [each for each in PAGE.splitlines() if each.startswith(f"| `{name}` |")]
    value = getattr(default_settings(), name)
    told = line.split("|")[2].strip().removesuffix("…").strip()
    assert (str(list(value)) if isinstance(value, tuple) else str(value)).startswith(told)


@pytest.mark.parametrize("word", [*Cause, *Withheld])
def test_every_reason_is_documented(word: Cause | Withheld) -> None:
    assert f"| `{word}` | {word.zh} |" in PAGE


def test_the_columns_are_documented() -> None:
    assert ", ".join(each.name for each in PUBLISHED) in PAGE.replace("\n", " ")
