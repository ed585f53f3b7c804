"""Reliability targets of the jurisdictions of a grid (供电可靠性目标), as an edition states them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from gis.policy.model import Jurisdiction, Statement
from gis.policy.notice import document_line
from gis.policy.words import figure_words
from gis.words import Language


def reliability(ids: Iterable[str], policies: Mapping[str, Jurisdiction], on: date) -> list[dict[str, Any]]:
    """Return the targets in force on a day as plain values, one entry for each jurisdiction by id.

    Parameters
    ----------
    ids
        Jurisdictions of the grid; one without a policy file is told with ``policy`` false and no target.
    policies
        Every jurisdiction by id.
    on
        The day.
    """
    return [_of(policies[each], on) if each in policies else _unknown(each) for each in sorted(set(ids))]


def _unknown(identity: str) -> dict[str, Any]:
    return {"jurisdiction": identity, "policy": False, "name": None, "document": None, "targets": []}


def _of(jurisdiction: Jurisdiction, on: date) -> dict[str, Any]:
    name, line = jurisdiction.name, document_line
    return {
        "jurisdiction": jurisdiction.id,
        "policy": True,
        "name": {"zh": name.zh, "en": name.en},
        "document": {"zh": line(jurisdiction, "zh"), "en": line(jurisdiction, "en")},
        "targets": [_target(row) for row in jurisdiction.in_force("reliability", on)],
    }


def _target(row: Statement) -> dict[str, Any]:
    return {
        "id": row.id,
        "from": row.since.isoformat(),
        "clauses": list(row.cite),
        "figures": dict(row.figures),
        "zh": _said(row, "zh"),
        "en": _said(row, "en"),
    }


def _said(row: Statement, language: Language) -> str:
    figures = [figure_words(name, number, language) for name, number in row.figures.items()]
    if language == "zh":
        return f"{row.words.zh}：{'，'.join(figures)}"
    return f"{row.words.en}: {', '.join(figures)}"
