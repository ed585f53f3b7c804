from __future__ import annotations

from pathlib import Path

import pytest

from gis.capacity.parameters import KEYS, default_parameters
from gis.capacity.words import Reason, Status

PAGE = (Path(__file__).parents[2] / "docs" / "capacity.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", KEYS)
def test_every_parameter_is_documented_with_its_default(name: str) -> None:
    value = getattr(default_parameters(), name)
    shown = str(value).lower() if isinstance(value, bool) else str(value)
    assert f"| `{name}` | {shown} |" in PAGE


def test_no_other_parameter_is_documented() -> None:
    table = PAGE.partition("## Parameters")[2]
    named = [line.split("`")[1] for line in table.splitlines() if line.startswith("| `")]
    assert named == list(KEYS)
    assert f"Version {default_parameters().version}." in table


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_is_documented_in_both_languages(reason: Reason) -> None:
    assert f"| `{reason}` | {reason.zh} | {reason.en} |" in PAGE


@pytest.mark.parametrize("status", list(Status))
def test_every_status_is_documented(status: Status) -> None:
    assert f"| `{status}` {status.zh} |" in PAGE
