"""The pages of the service: every word in both languages, every word asked for, everything escaped."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import maps
from gis.words import Language, Words
from maps.editions_page import EditionsPage, editions_page_html
from maps.map_page import ASKED, MapPage, TileSet, map_page_html
from maps.page_frame import PageFrame
from maps.page_words import embedded, say, vocabulary, words_json
from maps.problem_page import problem_page_html
from maps.screen_page import ScreenPage, screen_page_html
from maps.static_files import static_files, static_prefix, static_version
from maps.style import CLASSES, STATUSES
from maps.table_page import TablePage, capacity_heads, capacity_rows, met, table_page_html

HOME = Path(maps.__file__).parent
CHINESE = re.compile(r"[\u4e00-\u9fff]")
HOSTILE = "<img src=x onerror=alert(1)></script>"
ALIKE = {"nav.language", "site.name", "unit.kva", "unit.kw"}
TEMPLATES = (
    *("frame", "map_page", "table_page", "editions_page", "parcel_page", "problem_page", "screen_page"),
    "interface_page",
)
SCRIPTS = sorted((HOME / "static" / "app").glob("page-*.js"))
SCREEN_SCRIPT = HOME / "static" / "app" / "screen-page.js"


def frame(language: Language = "zh", **changed: Any) -> PageFrame:
    given: dict[str, Any] = {
        "language": language,
        "nonce": "n0nce",
        "here": "map",
        "other_href": "?lang=en",
        "heading": {"as_of": date(2026, 11, 21), "edition_id": "2026-Q4-1"},
        "disclaimer": Words("示意", "guidance"),
    }
    return PageFrame(**(given | changed))


def page(**changed: Any) -> MapPage:
    given: dict[str, Any] = {
        "bounds": (120.6, 31.1, 120.7, 31.2),
        "tiles": [TileSet("/tiles/base/{z}/{x}/{y}?v=1", 5)],
        "runs": [],
        "jurisdictions": [("wujiang", "吴江")],
        "thresholds": [],
        "power_factor": 0.95,
    }
    return MapPage(**(given | changed))


def test_every_word_stands_in_both_languages_and_takes_the_same_values() -> None:
    for key, pair in vocabulary().items():
        assert pair.zh.strip(), key
        assert pair.en.strip(), key
        assert set(re.findall(r"\{\d\}", pair.zh)) == set(re.findall(r"\{\d\}", pair.en)), key
        if key not in ALIKE:
            assert CHINESE.search(pair.zh), key
            assert not CHINESE.search(pair.en), key


def asked() -> set[str]:
    """Return the keys that templates and scripts ask for as they stand."""
    found: set[str] = set()
    for name in TEMPLATES:
        text = (HOME / "templates" / f"{name}.html.j2").read_text(encoding="utf-8")
        found |= set(re.findall(r"\bsay\([\"']([a-z_.0-9]+)[\"'][,)]", text))
    for path in (*SCRIPTS, SCREEN_SCRIPT):
        found |= set(re.findall(r"\bsay\(\"([a-z_.0-9]+)\"[,)]", path.read_text(encoding="utf-8")))
        found |= set(
            re.findall(r"\"((?:answer|draw|state)\.[a-z_.0-9]*[a-z_0-9])\"", path.read_text(encoding="utf-8"))
        )
    return found


def test_every_word_that_is_asked_for_exists() -> None:
    assert len(asked()) > 120
    assert asked() <= vocabulary().keys()
    assert {f"class.{key}" for key in CLASSES} | {
        f"class_why.{key}" for key in CLASSES
    } <= vocabulary().keys()
    assert {f"status.{key}" for key in STATUSES} | {f"fact.{key}" for key in ASKED} <= vocabulary().keys()


def test_every_word_of_the_page_is_used() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in (*SCRIPTS, SCREEN_SCRIPT, *HOME.glob("*.py")))
    text += "".join(
        (HOME / "templates" / f"{name}.html.j2").read_text(encoding="utf-8") for name in TEMPLATES
    )
    own = (HOME / "page_words.yaml").read_text(encoding="utf-8")
    routes = "".join(
        (HOME.parent / "api" / f"{name}.py").read_text(encoding="utf-8")
        for name in ("routes/pages", "routes/jobs", "operations/map_content")
    )
    for found in re.findall(r"^([a-z_.0-9A-Z]+):", own, re.MULTILINE):
        key = found.removesuffix(".one")  # said where the count is one
        stem = key.rpartition(".")[0]
        used = (key, f'"{stem}."', f'"{stem}." ~', f"{stem}.{{", f'"{key.partition(".")[2]}"')
        assert any(each in text + routes for each in used), key


def test_what_a_script_says_is_sent_to_it() -> None:
    sent = json.loads(words_json("zh"))
    for path in SCRIPTS:
        for key in re.findall(r"\bsay\(\"([a-z_.0-9]+)\"[,)]", path.read_text(encoding="utf-8")):
            assert key in sent, key
    made = screen_page_html(ScreenPage([], 3, 20, 2000.0, 5000.0), frame())
    told = json.loads(re.findall(r'id="page-words"[^>]*>([^<]*)<', made)[0])
    said = re.findall(r"\bsay\(\"([a-z_.0-9]+)\"[,)]", SCREEN_SCRIPT.read_text(encoding="utf-8"))
    assert len(said) > 15
    assert set(said) <= told.keys()
    assert {f"class.{key}" for key in CLASSES} <= told.keys()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_map_page_loads_nothing_but_its_own_files(language: Language) -> None:
    made = map_page_html(page(), frame(language))
    for address in re.findall(r"(?:src|href)=\"([^\"]+)\"", made):
        assert address.startswith(("/", "#", "?", "data:,")), address
        if address.startswith("/static/"):
            assert address.removeprefix(static_prefix()) in static_files(), address
    assert not re.search(r"\son[a-z]+=|style=\"", made)
    assert all('nonce="n0nce"' in each for each in re.findall(r"<(?:script|style)[^>]*>", made))


def test_names_from_data_end_no_element() -> None:
    heading = {"as_of": date(2026, 11, 21), "edition_id": HOSTILE}
    told = frame(heading=heading, disclaimer=Words(HOSTILE, HOSTILE), map_number=HOSTILE, attribution=HOSTILE)
    content = page(
        jurisdictions=[(HOSTILE, HOSTILE)], thresholds=[{"name": HOSTILE, "said": [HOSTILE]}], example=HOSTILE
    )
    row = dict.fromkeys(("asset_id", "name", "substation", "data_date"), HOSTILE) | {
        "open_capacity_kva": 5.0, "voltage_kv": None, "status": "open",
        "words": {"level": HOSTILE, "status": HOSTILE},
    }  # fmt: skip
    table = TablePage("capacity", {"q": HOSTILE}, capacity_heads("zh", 9.0), capacity_rows([row], "zh", 9.0))
    problem = {
        "title": HOSTILE,
        "detail": HOSTILE,
        "repair": HOSTILE,
        "faults": [HOSTILE],
        "request_id": HOSTILE,
    }
    for made in (
        map_page_html(content, told),
        table_page_html(table, told),
        problem_page_html(problem, told),
        screen_page_html(ScreenPage([(HOSTILE, HOSTILE)], 3, 20, 2000.0, 5000.0), told),
    ):
        assert "<img" not in made
        assert HOSTILE not in made


def test_a_problem_does_not_say_what_is_published() -> None:
    made = problem_page_html({"title": "t", "detail": "d"}, frame(heading=None))
    assert say("zh", "head.no_edition") not in made
    assert say("zh", "head.no_edition") in screen_page_html(
        ScreenPage([], 3, 20, 2000.0, 5000.0), frame(heading=None)
    )


def test_without_data_the_page_names_the_commands() -> None:
    made = map_page_html(page(bounds=None, tiles=[]), frame(heading=None))
    assert "./dev demo" in made
    assert 'id="ask"' not in made
    assert say("zh", "head.no_edition") in made


def test_editions_that_are_broken_or_late_are_told() -> None:
    edition = {
        "edition_id": "2026-Q4-1", "sha256": "ab" * 32, "as_of": "2026-11-21",
        "created_at": "2026-11-21T00:00:00Z",
        "rows": 3, "withheld": 1, "note": None, "previous": None, "files": [],
    }  # fmt: skip
    made = editions_page_html(
        EditionsPage([edition], ("2026-Q4-1", "rows"), "2027-02-21", 4, None), frame("en")
    )
    assert "verification failed: 2026-Q4-1, rows" in made
    assert "4 days late" in made
    assert "is whole" not in made
    whole = editions_page_html(EditionsPage([edition], None, "2027-02-21", 0, None), frame("en"))
    assert "due by 2027-02-21" in whole
    assert "verification failed" not in whole


@pytest.mark.parametrize(
    ("open_kva", "told"),
    [(None, "none"), (0.0, "not"), (499.9, "not"), (500.0, "part"), (999.9, "part"), (1000.0, "meets")],
)
def test_a_load_is_met_as_the_map_colours_it(open_kva: float | None, told: str) -> None:
    assert met(open_kva, 1000.0) == told


def test_embedded_values_end_no_script() -> None:
    made = embedded({"a": "</script>\u2028"})
    assert "<" not in made
    assert json.loads(made) == {"a": "</script>\u2028"}


def test_files_have_one_address_for_one_content() -> None:
    assert static_prefix() == f"/static/{static_version()}/"
    assert {"app/page-main.js", "app/page.css", "vendor/leaflet.js"} <= static_files().keys()
    assert not [path for path in static_files() if path.endswith((".json", ".md", ".mjs", ".txt"))]
    lean = static_files()["app/page-main.js"].body.decode()
    assert "\n " not in lean
    assert not re.search(r"^//", lean, re.MULTILINE)
