"""``/api/v1/policy``: what the policies say, and what they decide (政策)."""

from __future__ import annotations

import json
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from api.caching import REVALIDATED, asked, etag, validated
from api.operations.policy import Question, decide_question, every_jurisdiction, question_from_text
from api.operations.policy_files import policy_hashes
from api.queries import LANGUAGE
from api.requests import language_of
from api.schemas.policy import DecisionRequest, JurisdictionDetail, JurisdictionList, PolicyDecision
from gis.capacity.words import Language
from gis.errors import FactsError, PolicyError
from gis.policy.answer import decision_as_json
from gis.policy.load import one_jurisdiction
from gis.policy.review import jurisdiction_as_json, summary
from gis.policy.timeline import bar_as_json
from gis.words import Words

router = APIRouter(tags=["policy"])

MOST_BYTES: Final = 64 << 10
"""Of a question; a full one has less than 1 kB."""

_KEPT: Final[dict[int | str, dict[str, Any]]] = {304: {"description": "As the asker has it already"}}


@router.get(
    "/api/v1/policy/jurisdictions",
    summary="The jurisdictions whose policies are known",
    response_model=None,
    responses={200: {"model": JurisdictionList}, **_KEPT},
    openapi_extra={"parameters": [LANGUAGE]},
)
def jurisdictions(request: Request) -> Response:
    """List the jurisdictions with their documents and the days on which they change."""
    language = language_of(request)
    return _policies(
        request,
        language,
        lambda: {"jurisdictions": [summary(each, language) for each in every_jurisdiction()]},
    )


@router.get(
    "/api/v1/policy/jurisdictions/{jurisdiction_id}",
    summary="Every value of a jurisdiction: where it holds, since when, by which clause",
    response_model=None,
    responses={
        200: {"model": JurisdictionDetail},
        **_KEPT,
    },
    openapi_extra={"parameters": [LANGUAGE]},
)
def jurisdiction(request: Request, jurisdiction_id: str) -> Response:
    """Tell all of a jurisdiction."""
    language = language_of(request)
    try:
        found = one_jurisdiction(jurisdiction_id)
    except PolicyError as fault:
        raise HTTPException(404, fault.sentence()[language]) from fault
    return _policies(request, language, lambda: jurisdiction_as_json(found, language))


def _policies(request: Request, language: Language, make: Any) -> Response:  # noqa: ANN401  # gives a JSON object
    tag = etag(*sorted(policy_hashes().items()), asked(request), language)
    return validated(request, tag, REVALIDATED, lambda: _answer(make()), vary="Accept-Language")


@router.post(
    "/api/v1/policy/decision",
    summary="Decide for facts on a day: procedure, supply, stages, limits, papers, costs",
    response_model=None,
    responses={
        200: {"model": PolicyDecision},
    },
    openapi_extra={
        "parameters": [LANGUAGE],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": DecisionRequest.model_json_schema()}},
        },
    },
)
async def decision(request: Request) -> Response:
    """Decide; with ``start`` the answer has the timeline too."""
    language = language_of(request)
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            zh, en = f"请求内容至多 {MOST_BYTES:,} 字节", f"a question has at most {MOST_BYTES:,} bytes"
            raise HTTPException(413, zh if language == "zh" else en)
    return await run_in_threadpool(_decide, body, language)


def _decide(body: bytes, language: Language) -> Response:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise FactsError(
            Words("请求内容不是 UTF-8", "the question is not UTF-8"),
            repair=Words("请用 UTF-8 编码", "write it in UTF-8"),
        ) from fault
    return _answer(_decided(question_from_text(text), language))


def _decided(question: Question, language: Language) -> dict[str, Any]:
    made = decide_question(question)
    told = decision_as_json(made.decision, made.jurisdiction, language)
    if question.start is not None:
        told["timeline"] = [bar_as_json(bar, made.jurisdiction, language) for bar in made.bars]
    return told


def _answer(body: dict[str, Any]) -> Response:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Response(text, media_type="application/json")
