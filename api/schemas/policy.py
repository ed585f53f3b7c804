"""Requests and answers about policies (政策)."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.capacity import Strict

Kind = Literal["decided", "silent", "undecided", "needs", "not_in_force"]


class PolicyDocument(Strict):
    """Where a policy stands."""

    title: str
    issuer: str
    number: str | None
    dated: str | None
    words: str | None


class JurisdictionSummary(Strict):
    """A jurisdiction in the list."""

    id: str
    name: str
    region: str
    document: PolicyDocument
    in_force_from: str
    changes: list[str]


class JurisdictionList(Strict):
    """Every jurisdiction."""

    jurisdictions: list[JurisdictionSummary]


class JurisdictionDetail(BaseModel):
    """All that a jurisdiction says: summary, clauses, tables and statements."""

    model_config = ConfigDict(extra="allow")

    id: str
    name: str
    region: str
    document: PolicyDocument
    in_force_from: str
    changes: list[str]
    clauses: dict[str, str]
    tables: dict[str, list[dict[str, Any]]]


class RouteFacts(Strict):
    """Lengths of a route, m."""

    length_m: float | None = None
    city_road_crossing_m: float | None = None
    excavation_m: float | None = None
    green_m: float | None = None
    along_main_road_m: float | None = None
    along_infrastructure_m: float | None = None


class DecisionFacts(Strict):
    """What a policy is asked about; a fact that is missing or null was not told."""

    customer: Literal["resident", "lv_small_business", "lv_other", "hv"] | None = None
    three_zeros: bool | None = None
    important: bool | None = None
    supplies: Literal[1, 2] | None = None
    dedicated_line: bool | None = None
    disturbing_load: bool | None = None
    ev_charging: bool | None = None
    area: Literal["urban", "rural"] | None = None
    in_city_area: bool | None = None
    in_plug_and_play_zone: bool | None = None
    load_kw: float | None = Field(default=None, gt=0, le=1_000_000)
    load_kva: float | None = Field(default=None, gt=0, le=1_000_000)
    power_factor: float | None = Field(default=None, gt=0, le=1)
    voltage_kv: float | None = None
    built_by: Literal["utility", "customer"] | None = None
    route: RouteFacts | None = None


class DecisionRequest(Strict):
    """A question to a policy."""

    jurisdiction: str
    on: date = Field(description="Day whose policy counts.")
    facts: DecisionFacts = DecisionFacts()
    start: date | None = Field(
        default=None, description="Day of the application; with it the answer has a timeline."
    )


class Citation(Strict):
    """A clause that says it, and its paraphrase."""

    document: str
    clause: str
    words: str


class DecisionPart(BaseModel):
    """One part of a decision; its figures stand beside these members."""

    model_config = ConfigDict(extra="allow")

    kind: Kind
    citations: list[Citation]
    tests: list[dict[str, Any]] = []
    needs: list[str] = []
    words: str | None = None
    readings: list[dict[str, Any]] = []


class TimelineBar(BaseModel):
    """A stage on the calendar of working days."""

    model_config = ConfigDict(extra="allow")

    stage: str
    clock: Literal["utility", "government", "construction"]
    earliest: str
    latest: str | None
    working_days: float | None
    citation: Citation | None


class PolicyDecision(Strict):
    """What a policy decides, in six parts."""

    jurisdiction: str
    on: str
    approval: DecisionPart
    supply: DecisionPart
    stages: DecisionPart
    time_limits: DecisionPart
    documents: DecisionPart
    investment: DecisionPart
    assumed: dict[str, Any]
    derived: dict[str, Any]
    timeline: list[TimelineBar] | None = None
