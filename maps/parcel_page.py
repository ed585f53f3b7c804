"""The page of a parcel (地块页): an assessment that can be linked and printed, without any script."""

from __future__ import annotations

from typing import Final

from maps.notice_content import content_of
from maps.notice_page import FITS, NoticePage, Teller
from maps.page_frame import PageFrame
from maps.page_words import say
from maps.route_map import route_map_svg

_WIDTH_PX: Final = 900
_HEIGHT_PX: Final = 520


def parcel_page_html(page: NoticePage, frame: PageFrame, *, on_map: str, notice: str) -> str:
    """Return the page of a parcel.

    Parameters
    ----------
    page
        What its notice tells; here nothing is shortened.
    frame
        What is around it.
    on_map, notice
        Addresses of the same question on the map, and of the notice.
    """
    drawn = ""
    if page.view is not None:
        drawn = route_map_svg(page.view, frame.language, width_px=_WIDTH_PX, height_px=_HEIGHT_PX)
    return frame.render(
        "parcel_page.html.j2",
        title=say(frame.language, "parcel.title", page.site),
        content=content_of(page, Teller(frame.language, FITS[0], linked=False)),
        # The policy of the page lets no style in that does not carry its nonce.
        drawn=drawn.replace("<style>", f'<style nonce="{frame.nonce}">', 1),
        on_map=on_map,
        notice=notice,
    )
