"""The documents of the OGC interface as pages for people."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from fastapi import Response

from api.ogc.documents import TITLE
from gis.capacity.words import Language
from gis.editions.metadata import SCREENED_WORDS, WORDS
from layers.queries.collections import Collection
from maps.collection_page import POLICY, Cell, page

_WORDS: Final = {**WORDS, **SCREENED_WORDS}


def html(text: str) -> Response:
    """Return a page as an answer that loads nothing and runs nothing."""
    return Response(text, media_type="text/html", headers={"content-security-policy": POLICY})


def plain_page(document: Mapping[str, Any], title: str, base: str, language: Language) -> str:
    """Return a document whose links say it all, as the landing page."""
    return page(
        title, document.get("description", ""), [home(base, language)], (), (), _links(document), language
    )


def listed_page(
    document: Mapping[str, Any],
    title: str,
    base: str,
    rows: Iterable[tuple[str, str]],
    language: Language,
) -> str:
    """Return a document with a list of words and addresses."""
    cells = [[Cell(words, href)] for words, href in rows]
    return page(title, "", [home(base, language)], (title,), cells, _links(document), language)


def features_page(of: Collection, document: Mapping[str, Any], base: str, language: Language) -> str:
    """Return a page of features as a table."""
    address = f"{base}/collections/{quote(of.name)}"
    features: Sequence[Mapping[str, Any]] = document["features"]
    rows = [
        [
            Cell(_word(name, value, language), f"{address}/items/{quote(feature['id'], safe='')}?f=html")
            if name == of.key
            else Cell(_word(name, value, language))
            for name, value in feature["properties"].items()
        ]
        for feature in features
    ]
    title, about = _titles(of, language)
    head = [_heading(of, each.name, language) for each in of.properties]
    crumbs = [home(base, language), Cell(title, f"{address}?f=html")]
    return page(title, about, crumbs, head, rows, _links(document), language)


def feature_page(of: Collection, feature: Mapping[str, Any], base: str, language: Language) -> str:
    """Return one feature, a line for each property."""
    address = f"{base}/collections/{quote(of.name)}"
    title, _ = _titles(of, language)
    rows = [
        [Cell(_heading(of, name, language)), Cell(_word(name, value, language))]
        for name, value in feature["properties"].items()
    ]
    rows.append([Cell(_heading(of, of.place, language)), Cell(json.dumps(feature["geometry"]))])
    crumbs = [home(base, language), Cell(title, f"{address}?f=html")]
    return page(feature["id"], title, crumbs, ("", ""), rows, _links(feature), language)


def home(base: str, language: Language) -> Cell:
    """Return the crumb that leads to the landing page."""
    return Cell(TITLE[language], f"{base}?f=html")


def _titles(of: Collection, language: Language) -> tuple[str, str]:
    return (of.zh, of.about_zh) if language == "zh" else (of.en, of.about_en)


def _heading(of: Collection, name: str, language: Language) -> str:
    return next(each.zh for each in of.columns if each.name == name) if language == "zh" else name


def _word(name: str, value: object, language: Language) -> str:
    if value is None:
        return ""
    said = _WORDS.get(name, {}).get(str(value))
    return str(value) if said is None else said[0 if language == "zh" else 1]


def _links(document: Mapping[str, Any]) -> list[Cell]:
    return [Cell(each["title"], each["href"]) for each in document["links"] if each["rel"] != "self"]
