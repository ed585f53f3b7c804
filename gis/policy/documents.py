"""Papers to hand in (资料清单), stage by stage, less what is held or shared already."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from gis.errors import FactsError
from gis.policy.model import DOCUMENT_STAGES, DOCUMENTS
from gis.policy.select import Answer
from gis.words import Words


@dataclass(frozen=True, slots=True)
class Papers:
    """The papers of one stage.

    Attributes
    ----------
    stage
        In `DOCUMENT_STAGES`.
    bring
        To be handed in.
    not_asked
        Held or shared already, and not asked again.
    first
        Enough to begin with; the others may follow.
    """

    stage: str
    bring: tuple[str, ...]
    not_asked: tuple[str, ...]
    first: tuple[str, ...]


def papers(documents: Answer, shared: Collection[str] = ()) -> tuple[Papers, ...]:
    """Return the papers of a decision by stage.

    Parameters
    ----------
    documents
        The part ``documents`` of a decision.
    shared
        Papers that the utility holds or gets from the government; they count only where the jurisdiction
        says that these are not asked again.

    Raises
    ------
    FactsError
        A paper that is not known.
    """
    unknown = sorted(set(shared) - set(DOCUMENTS))
    if unknown:
        raise FactsError(
            Words(f"没有此类资料：{'、'.join(unknown)}", f"no such papers: {', '.join(unknown)}"),
            repair=Words(f"可用：{'、'.join(DOCUMENTS)}", f"use {', '.join(DOCUMENTS)}"),
        )
    spared = frozenset(shared) if documents.fields.get("shared_not_asked_again") else frozenset()
    by_stage = documents.fields.get("by_stage") or {}
    first = documents.fields.get("starts_with") or ()
    return tuple(
        Papers(
            stage,
            tuple(each for each in by_stage[stage] if each not in spared),
            tuple(each for each in by_stage[stage] if each in spared),
            tuple(each for each in first if each in by_stage[stage]),
        )
        for stage in DOCUMENT_STAGES
        if stage in by_stage
    )
