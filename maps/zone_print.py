"""The zone map on paper: PDF by WeasyPrint, and the picture of that PDF by pdfium."""

from __future__ import annotations

import io
from typing import Final

import pypdfium2

from gis.words import Language
from maps.pages import environment
from maps.zone_content import ZoneMap
from maps.zone_sheet import zone_map_svg

PAGE: Final = "420mm 297mm"


def zone_map_pdf(content: ZoneMap, language: Language) -> bytes:
    """Return the zone map as a PDF of one page, A3 across.

    Parameters
    ----------
    content
        What it shows.
    language
        Of all words but names.

    Raises
    ------
    RuntimeError
        If the sheet does not fit on one page.
    """
    # It loads for most of a second, and of all processes that know this module one draws.
    import weasyprint  # noqa: PLC0415

    page = environment().get_template("zone_sheet.html.j2").render(
        language=language,
        title=content.heading.title()[language],
        size=PAGE,
        drawing=zone_map_svg(content, language),
    )  # fmt: skip
    document = weasyprint.HTML(string=page, url_fetcher=_nothing).render()
    if len(document.pages) != 1:
        raise RuntimeError(f"The zone map takes {len(document.pages)} pages instead of one.")
    made = document.write_pdf()
    if made is None:
        raise RuntimeError("WeasyPrint wrote no PDF.")
    return bytes(made)


def _nothing(url: str, *_: object, **__: object) -> dict[str, object]:
    raise ValueError(f"A sheet loads nothing, and this one asks for {url}.")


def zone_map_png(content: ZoneMap, language: Language, *, width_px: int = 3200) -> bytes:
    """Return the zone map as a PNG picture of the PDF.

    Parameters
    ----------
    content, language
        As for :func:`zone_map_pdf`.
    width_px
        Width of the picture.
    """
    document = pypdfium2.PdfDocument(zone_map_pdf(content, language))
    try:
        page = document[0]
        image = page.render(scale=width_px / page.get_width()).to_pil()
        page.close()
    finally:
        document.close()
    held = io.BytesIO()
    image.save(held, "PNG")
    return held.getvalue()
