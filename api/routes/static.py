"""``/static/{version}/{path}``: the files of the pages, for ever under one address (静态文件)."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from api.caching import IMMUTABLE, etag, validated
from maps.static_files import static_files, static_version

router = APIRouter(tags=["pages"])


@router.get(
    "/static/{version}/{path:path}",
    summary="A file of the pages",
    response_model=None,
    responses={
        200: {"content": {"text/javascript": {}, "text/css": {}}},
        304: {"description": "As the asker has it already"},
    },
)
def static(request: Request, version: str, path: str) -> Response:
    """Send a script or a style; a file of another version than this one's is not there."""
    file = static_files().get(path)
    if file is None or version != static_version():
        raise HTTPException(404)
    return validated(
        request, etag(path, version), IMMUTABLE, lambda: Response(file.body, media_type=file.media_type)
    )
