"""A problem as a page (错误页): what went wrong, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from maps.page_frame import PageFrame


def problem_page_html(problem: Mapping[str, Any], frame: PageFrame) -> str:
    """Return the page of a problem as RFC 9457 has it."""
    shown = {"repair": "", "faults": (), "request_id": ""} | dict(problem)
    return frame.render("problem_page.html.j2", problem=shown)
