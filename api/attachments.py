"""Files sent to be kept (附件): under a name for people, known again by their bytes."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import FileResponse

from api.caching import validated
from api.operations.downloads import Download

IDENTITY: Final = "identity"
"""As it is: nothing packs a file on the way, and a range of it is a range of what its tag names."""


def disposition(ascii_name: str, name: str) -> dict[str, str]:
    """Return the header of a file that is to be kept, with a plain name for clients that know no other."""
    return {"content-disposition": f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name)}"}


def sent(request: Request, file: Download, control: str) -> Response:
    """Return a file of an edition; ranges of it are answered.

    Parameters
    ----------
    request
        With ``If-None-Match`` or without.
    file
        What is sent.
    control
        Who may keep it how long, as for ``validated``.
    """
    tag = f'"{file.sha256}"'

    def make() -> Response:
        plain = disposition(f"kaimen-{file.path.name}", file.name)
        plain |= {"etag": tag, "content-encoding": IDENTITY}
        return FileResponse(file.path, media_type=file.media_type, headers=plain)

    return validated(request, tag, control, make)
