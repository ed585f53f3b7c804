"""``/api/v1/screenings`` and ``/api/v1/jobs``: screenings that run outside of the request (任务)."""

from __future__ import annotations

from typing import Annotated, Any, Final, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Response
from starlette.exceptions import HTTPException

from api.caching import NOBODY
from api.clock import today
from api.errors import problem_body
from api.operations.jobs import Asked, Listed, ask_screening, cancel_job, error_of, job_of, jobs_of
from api.problem_words import LOST, QUEUE_FULL
from api.queries import LANGUAGE
from api.requests import Language, LanguageOf, ServiceOf, TokenOf, at_least
from api.schemas.jobs import (
    JobList,
    JobShown,
    ProblemTold,
    ScreeningRequest,
)
from api.tiers import Tier
from gis.claims.rules import is_text
from gis.siting.classes import SiteClass
from layers.jobs import Job
from maps.page_words import say

router = APIRouter(tags=["jobs"], dependencies=[at_least(Tier.PLANNER)])

_SPOKEN: Final[dict[str, Any]] = {"parameters": [LANGUAGE]}
_FULL_S: Final = 10
"""After how long to ask again where the queue is full."""

JobId = Annotated[str, Path(max_length=100)]

_Told = TypeVar("_Told", JobShown, JobList)


@router.post(
    "/api/v1/screenings",
    summary="Ask for a screening of all parcels, as a job",
    status_code=202,
    openapi_extra=_SPOKEN,
)
def screening(
    response: Response, service: ServiceOf, language: LanguageOf, token: TokenOf, body: ScreeningRequest
) -> JobShown:
    """Put a screening into the queue; who asks again what is under way is given the same job."""
    asked = Asked(
        load_kva=body.load_kva,
        load_kw=body.load_kw,
        power_factor=body.pf,
        planned=body.planned,
        on=body.on or today(),
        k=body.k,
        limit_m=body.limit_m,
        supplies=body.supplies,
        jurisdiction=body.jurisdiction,
        facts=body.facts,
    )
    found = ask_screening(service.private, asked, token)
    if found is None:
        raise HTTPException(429, QUEUE_FULL[language], {"Retry-After": str(_FULL_S)})
    told = _told(found, language)[0]
    response.headers["location"] = f"/api/v1/jobs/{told.id}"
    return _kept_by_nobody(response, told)


@router.get("/api/v1/jobs", summary="The newest jobs of the token", openapi_extra=_SPOKEN)
def jobs(response: Response, service: ServiceOf, language: LanguageOf, token: TokenOf) -> JobList:
    """List the jobs of the token, the one that was asked last first."""
    return _kept_by_nobody(response, JobList(jobs=_told(jobs_of(service.private, token), language)))


@router.get("/api/v1/jobs/{job_id}", summary="How far a job is, and its answer", openapi_extra=_SPOKEN)
def job(
    response: Response, service: ServiceOf, language: LanguageOf, token: TokenOf, job_id: JobId
) -> JobShown:
    """Tell a job."""
    found = job_of(service.private, _known(job_id, language), token)
    return _kept_by_nobody(response, _told(_there(found, job_id, language), language)[0])


@router.delete(
    "/api/v1/jobs/{job_id}",
    summary="Cancel a job",
    response_model=None,
    responses={
        202: {"model": JobShown, "description": "It runs, and ends in a moment"},
        204: {"description": "It is over"},
    },
    status_code=204,
    openapi_extra=_SPOKEN,
)
def cancel(service: ServiceOf, language: LanguageOf, token: TokenOf, job_id: JobId) -> Response:
    """Cancel a job; nothing of a screening is stored before it is whole."""
    found = cancel_job(service.private, _known(job_id, language), token)
    told = _told(_there(found, job_id, language), language)[0]
    headers = {"cache-control": NOBODY}
    if told.ended_at is not None:
        return Response(status_code=204, headers=headers)
    return Response(told.model_dump_json(), 202, headers, media_type="application/json")


def _kept_by_nobody(response: Response, told: _Told) -> _Told:
    response.headers["cache-control"] = NOBODY
    return told


def _known(job_id: str, language: Language) -> str:
    if not is_text(job_id):
        raise _none(job_id, language)
    return job_id


def _there(found: Listed | None, job_id: str, language: Language) -> Listed:
    if found is None:
        raise _none(job_id, language)
    return found


def _none(job_id: str, language: Language) -> HTTPException:
    zh, en = f"此令牌没有任务 {job_id!r}", f"the token has no job {job_id!r}"
    return HTTPException(404, zh if language == "zh" else en)


def _told(found: Listed, language: Language) -> list[JobShown]:
    return [_shown(each, language, runner=found.runner) for each in found.jobs]


def _shown(job: Job, language: Language, *, runner: bool) -> JobShown:
    """Return a job as the interface prints it."""
    runs = job.state == "running"
    step, state = job.step if runs else None, say(language, f"job.{job.state}")
    words = say(language, f"job.step.{step or 'none'}") if runs else state
    return JobShown.model_validate(
        {
            "id": job.id,
            "kind": job.kind,
            "state": job.state,
            "words": state,
            "question": job.question,
            "progress": {"step": step, "words": words, "done": job.done, "total": job.total},
            "ahead": job.ahead,
            "attempts": job.attempts,
            "cancel_asked": job.cancel_asked,
            "asked_at": job.asked_at,
            "started_at": job.started_at,
            "ended_at": job.ended_at,
            "result": _made(job, language),
            "problem": _problem(job, language),
            "runner": runner,
        }
    )


def _made(job: Job, language: Language) -> dict[str, Any] | None:
    if job.run_id is None:
        return None
    load = job.question["load"]
    asked = {"view": "zones", "run": job.run_id}
    asked |= {} if load is None else {"load_kva": f"{load['kva']:.10g}"}
    return {
        "run_id": job.run_id,
        "parcels": {each.value: (job.by_class or {}).get(each.value, 0) for each in SiteClass},
        "zones": f"/api/v1/zones?{urlencode({'run': job.run_id})}",
        "page": f"/?{urlencode(asked | {'lang': language})}",
    }


def _problem(job: Job, language: Language) -> ProblemTold | None:
    if job.error is not None:
        return ProblemTold(**problem_body(error_of(job.error), language))
    if job.state != "lost":
        return None
    title, detail = LOST.title[language], LOST.detail[language]
    return ProblemTold(type="about:blank", title=title, status=503, detail=detail)
