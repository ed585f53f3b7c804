"""Requests and answers about jobs (任务): screenings that run outside of the request."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from api.bounds import K_MAX, LIMIT_M_MAX
from api.queries import Jurisdiction
from api.schemas.capacity import Strict
from api.schemas.siting import SiteClass
from gis.siting.question import DEFAULT_K, DEFAULT_LIMIT_M

JobState = Literal["waiting", "running", "done", "failed", "cancelled", "lost"]
JobStep = Literal["corridors", "grid", "levels", "sweep", "reasons", "two_supplies", "rows", "zones", "store"]


class ScreeningRequest(Strict):
    """What is asked of every parcel; without a load each is asked with its own."""

    load_kva: float | None = Field(default=None, gt=0, le=1_000_000)
    load_kw: float | None = Field(default=None, gt=0, le=1_000_000)
    pf: float | None = Field(default=None, gt=0, le=1)
    planned: bool = Field(default=False, description="Each parcel's own load; as where no load is given.")
    on: date | None = Field(default=None, description="The day asked; today where left out.")
    k: int = Field(default=DEFAULT_K, ge=1, le=K_MAX)
    limit_m: float = Field(default=DEFAULT_LIMIT_M, gt=0, le=LIMIT_M_MAX)
    supplies: int | None = Field(default=None, ge=1, le=2)
    jurisdiction: Jurisdiction = None
    facts: dict[str, Any] = Field(default_factory=dict)


class LoadAsked(Strict):
    """One load for all parcels."""

    kva: float
    kw: float
    power_factor: float


class ScreeningAsked(Strict):
    """A screening in its canonical form; ``load`` is null where each parcel has its own."""

    load: LoadAsked | None
    on: date
    k: int
    limit_m: float
    jurisdiction: str | None
    facts: dict[str, Any]


class Progress(Strict):
    """How far a job is: steps that are behind of all, or parcels where they are looked at one by one."""

    step: JobStep | None
    words: str
    done: int
    total: int


class ScreeningMade(Strict):
    """The screening that answers a job."""

    run_id: str
    parcels: dict[SiteClass, int]
    zones: str = Field(description="Address of its zones and classes.")
    page: str = Field(description="Address of the map that shows the newest screening of its load.")


class ProblemTold(Strict):
    """Why a job has no answer, as RFC 9457 has it."""

    type: str
    title: str
    status: int
    detail: str
    repair: str | None = None
    faults: list[str] = Field(default_factory=list)


class JobShown(Strict):
    """A job as it is now."""

    id: str
    kind: Literal["screen"]
    state: JobState
    words: str = Field(description="The state as people say it.")
    question: ScreeningAsked
    progress: Progress
    ahead: int = Field(description="Jobs that come before it, while it waits.")
    attempts: int
    cancel_asked: bool
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    result: ScreeningMade | None
    problem: ProblemTold | None
    runner: bool = Field(description="Whether a process takes up jobs now; else they wait until one does.")


class JobList(Strict):
    """Jobs of the token, the one that was asked last first."""

    jobs: list[JobShown]
