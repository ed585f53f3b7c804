"""What every page of the service has in common: its heading, its words, its footer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from gis.words import Language, Words
from maps import style
from maps.page_words import say
from maps.pages import environment
from maps.static_files import static_prefix

_BADGES: Final = "".join(
    f".badge.{name}{{background:{look.badge}}}.verdict.{name}{{border-color:{look.ink}}}"
    for name, look in (
        *style.CLASSES.items(),
        *((f"status-{key}", look) for key, look in style.STATUSES.items()),
    )
)


@dataclass(frozen=True, slots=True)
class PageFrame:
    """The frame of a page.

    Attributes
    ----------
    language
        Of every word.
    nonce
        Of its scripts and styles.
    here
        Which entry of the navigation it is: map, zones, table, editions, docs or none of them.
    other_href
        The same page in the other language.
    heading
        The newest edition as the interface prints it; None where none is published.
    disclaimer
        What the figures are not.
    map_number
        Number of the map's review (审图号); None while there is none.
    attribution
        Whose data its maps show; "" where nobody is to be named.
    """

    language: Language
    nonce: str
    here: str
    other_href: str
    heading: Mapping[str, Any] | None
    disclaimer: Words
    map_number: str | None = None
    attribution: str = ""

    def render(self, template: str, **given: object) -> str:
        """Return a page of the service."""
        return (
            environment()
            .get_template(template)
            .render(
                language=self.language,
                nonce=self.nonce,
                here=self.here,
                other_href=self.other_href,
                heading=self.heading,
                disclaimer=self.disclaimer[self.language],
                map_number=self.map_number,
                attribution=self.attribution,
                say=partial(say, self.language),
                colours=style.style_css() + _BADGES,
                files=static_prefix(),
                **given,
            )
        )
