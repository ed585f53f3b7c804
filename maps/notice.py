"""The one-page notice (一次性告知书) of an assessment: HTML, PDF of exactly one page, and PNG."""

from __future__ import annotations

from functools import cache
from html import unescape
from io import BytesIO
from typing import Any, Final

import pypdfium2
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from gis.errors import InputError
from gis.words import Language, Words
from maps.notice_columns import two_columns
from maps.notice_content import content_of
from maps.notice_page import FITS, LEAST_PT, Fit, NoticePage, Teller
from maps.route_map import route_map_svg
from maps.sketch_labels import FONTS, words
from maps.style import CLASSES

_MAP_WIDTH_PX: Final = 352
_ABOVE_MAP_MM: Final = 1.8
_MM_PER_PX: Final = 25.4 / 96
_POINTS_PER_INCH: Final = 72
_PROBES: Final = (1, 3, 6, 9, 13, 17)
"""Fits that are tried first: most notices take a page at the letters of the first ones."""


def notice_html(page: NoticePage, language: Language) -> str:
    """Return the notice as a page that stands alone, with all of its content.

    Parameters
    ----------
    page
        What it tells; names of any origin are escaped.
    language
        Of every word.

    Raises
    ------
    InputError
        The option told does not exist, or the policy part speaks another language.
    """
    return _html(page, language, FITS[0])


def notice_pdf(page: NoticePage, language: Language) -> bytes:
    """Return the notice as PDF: A4, exactly one page, the same bytes for the same page.

    The letters shrink as far as they stay legible, then lists and texts end by saying how much is left out
    (``maps.notice_page.FITS``).

    Raises
    ------
    InputError
        As `notice_html`; also where even the shortest form is longer than a page.
    """
    written: bytes = _on_one_page(page, language).write_pdf(pdf_tags=True)
    return written


def notice_png(page: NoticePage, language: Language, *, dots_per_inch: int = 150) -> bytes:
    """Return the PDF's page as PNG."""
    document = pypdfium2.PdfDocument(notice_pdf(page, language))
    try:
        image = document[0].render(scale=dots_per_inch / _POINTS_PER_INCH).to_pil()
        written = BytesIO()
        image.save(written, "PNG")
    finally:
        document.close()
    return written.getvalue()


def _on_one_page(page: NoticePage, language: Language) -> Any:  # noqa: ANN401  # a Document of WeasyPrint
    """Return the layout of the first fit that takes one page: probed in strides, then found by halving."""
    # It loads for most of a second, and of all processes that know this module one draws.
    from weasyprint import HTML  # noqa: PLC0415
    from weasyprint.urls import URLFetcher  # noqa: PLC0415

    def laid_out(number: int) -> Any:  # noqa: ANN401  # as above
        fetcher = URLFetcher(allowed_protocols=(), fail_on_errors=True)
        return HTML(string=_html(page, language, FITS[number]), url_fetcher=fetcher).render()

    too_long = -1
    for fits in (*_PROBES, len(FITS) - 1):
        document = laid_out(fits)
        if len(document.pages) == 1:
            break
        too_long = fits
    else:
        raise InputError(
            Words(
                f"告知书最简形式以 {LEAST_PT:g} pt 排版仍有 {len(document.pages)} 页。",
                f"The notice takes {len(document.pages)} pages even in its shortest form at {LEAST_PT:g} pt.",
            ),
            repair=Words(
                "请缩短有效期说明、联系方式或免责声明。",
                "Shorten the note on its validity, the contacts or the disclaimer.",
            ),
        )
    while fits - too_long > 1:
        middle = (too_long + fits) // 2
        tried = laid_out(middle)
        if len(tried.pages) == 1:
            fits, document = middle, tried
        else:
            too_long = middle
    return document


def _html(page: NoticePage, language: Language, fit: Fit) -> str:
    drawn = ""
    if page.view is not None:
        drawn = route_map_svg(page.view, language, width_px=_MAP_WIDTH_PX, height_px=fit.map_px)
    teller = Teller(language, fit, page.url is not None)
    content = content_of(page, teller)
    above_mm = fit.map_px * _MM_PER_PX + _ABOVE_MAP_MM if drawn else 0.0
    left, right = two_columns((content.site, *content.blocks), fit.letter_pt, above_mm)
    return (
        _templates()
        .get_template("notice.html.j2")
        .render(
            classes=CLASSES,
            content=content,
            left=left,
            right=right,
            fit=fit,
            fonts=FONTS,
            lang="zh-CN" if language == "zh" else "en",
            say=teller.say,
            map=drawn,
        )
    )


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("maps"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_plain,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _plain(value: Any) -> Any:  # noqa: ANN401  # whatever a template prints
    """Return a text without what XML forbids; the template escapes it."""
    return value if isinstance(value, Markup) else unescape(words(value))
