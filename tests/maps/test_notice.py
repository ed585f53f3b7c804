"""The one-page notice: one page whatever it holds, all words there, none cut in silence, nothing fetched."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from PIL import Image

from gis.errors import InputError
from gis.siting.words import words
from gis.words import Language, Words
from maps.notice import notice_html, notice_pdf, notice_png
from maps.notice_columns import two_columns
from maps.notice_page import FITS, LEAST_PT, Block, Fit, NoticePage, Row, Teller
from tests.gis.siting.test_words import CLASSES, REASONS
from tests.maps.notices import HOSTILE, URL, page, view

PX_PER_PT = 96 / 72
LANGUAGES: tuple[Language, ...] = ("zh", "en")


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise AssertionError("the notice asked the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


class Printed:
    """A PDF as a reader sees it."""

    def __init__(self, written: bytes) -> None:
        self.document = pypdfium2.PdfDocument(written)
        self.pages = len(self.document)
        self.page = self.document[0]
        self.size = self.page.get_size()
        self.text_page = self.page.get_textpage()
        self.raw = self.text_page.get_text_bounded()
        self.text = re.sub(r"\s", "", self.raw)

    def has(self, *told: object) -> bool:
        return all(re.sub(r"\s", "", str(each)) in self.text for each in told)

    def letters(self) -> Iterator[tuple[float, tuple[float, float, float, float]]]:
        """Yield size in points and box of every letter that is seen."""
        for number in range(self.text_page.count_chars()):
            box = self.text_page.get_charbox(number)
            if box[2] > box[0] and box[3] > box[1]:
                yield pdfium.FPDFText_GetFontSize(self.text_page.raw, number) / PX_PER_PT, box


def extreme(language: Language) -> NoticePage:
    """Return a notice with two supplies, three readings, twenty papers, thirty options and endless names."""
    made = page(language, options=2, load_kva=9000, supplies=2)
    first, second = made.assessment["options"]
    first |= {
        "asset_name": HOSTILE + "很长的线路名称" * 30,
        "second": {**second, "asset_name": "第二电源线路" * 40},
        "independence": "substation",
    }
    assert made.policy is not None
    papers = words_of_documents(language)
    sections = tuple(
        replace(
            section,
            lines=tuple(
                replace(line, value=papers) if len(line.value) > 30 else line for line in section.lines
            ),
        )
        for section in made.policy.sections
    )
    more = [{**second, "rank": rank, "asset_name": f"F{rank}" + HOSTILE} for rank in range(2, 32)]
    assessment = {
        **made.assessment,
        "options": [first, *more],
        "warnings": [f"{number}{'提示文字' * 40}" for number in range(20)],
    }
    return replace(
        made,
        assessment=assessment,
        policy=replace(made.policy, sections=sections),
        view=view(chosen=2, name=HOSTILE),
        site="很长的地块名称" * 60 + HOSTILE,
    )


def words_of_documents(language: Language) -> str:
    mark = "、" if language == "zh" else ", "
    return mark.join(f"{'第' if language == 'zh' else 'paper number '}{number}" for number in range(20))


def refused(language: Language, assessed: str) -> NoticePage:
    made = page(language, options=0, assessed=assessed)
    rejected = [
        {"asset_id": f"F-{number}", "reason": each, "detail": f"detail {number}"}
        for number, each in enumerate(REASONS)
    ]
    return replace(made, assessment={**made.assessment, "rejected": rejected}, view=None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_notice_tells_everything_on_one_page(language: Language) -> None:
    shown = Printed(notice_pdf(page(language), language))
    assert shown.pages == 1
    assert shown.size == pytest.approx((595.28, 841.89), abs=0.05)
    assert shown.has("望汀苑", "P-17", "1,000 kVA (950 kW", "10kV望汀611线", "HW-1", "2,345.6 kVA", "ZB-1")
    assert shown.has(
        "412.3 m", "(1) 望汀路/芦花路 24 m", "380.1 m", "2026-10-31", "2026Q3-1", "2026-11-23", URL
    )
    assert shown.has("95598", "12398", page(language).disclaimer[language], page(language).valid[language])
    assert shown.has(words("warning.width_assumed")[language][1:], "wn words of a layer")
    assert shown.has("2. 10kV望汀612线", words("heading.clauses")[language], "[三(一)2]"[1:-1])
    told = {
        "zh": ("授权备案", "行政审批", "供电企业时钟", "业务受理: 需提供", "无需再提供（已共享）"),
        "en": ("authorised filing", "approval by the government", "not asked again (shared already)"),
    }[language]
    assert shown.has(*told)


@pytest.mark.parametrize(("language", "assessed"), [("zh", "restricted"), ("en", "unknown")])
def test_without_an_option_it_tells_why_and_what_to_do(language: Language, assessed: str) -> None:
    shown = Printed(notice_pdf(refused(language, assessed), language))
    assert shown.pages == 1
    for number, reason in enumerate(REASONS):
        assert shown.has(f"F-{number}{words(f'reason.{reason}')[language]}")
        assert shown.has(f"detail {number}")
    assert shown.has(words(f"class_why.{assessed}")[language][1:], words(f"advice.{assessed}")[language][1:])
    assert shown.has(words("map.missing")[language])
    assert shown.has("95598", "12398")
    assert not shown.has(words("label.no_policy")[language][1:])
    assert min(size for size, _ in shown.letters()) == pytest.approx(FITS[0].letter_pt, abs=0.01)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_known_policy_is_said_where_nothing_can_be_connected(language: Language) -> None:
    made = refused(language, "unknown")
    unknown = replace(made, assessment={**made.assessment, "jurisdiction": None})
    assert Printed(notice_pdf(unknown, language)).has(words("label.no_policy")[language][1:])


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_supplies_are_told_with_what_they_do_not_share(language: Language) -> None:
    made = page(language, options=2, supplies=2)
    pairs = [
        {**each, "second": {**each, "asset_name": f"10kV另{number}线"}, "independence": "bus_section"}
        for number, each in enumerate(made.assessment["options"])
    ]
    shown = Printed(notice_pdf(replace(made, assessment={**made.assessment, "options": pairs}), language))
    assert shown.has(words("independence.bus_section")[language][1:], "10kV另0线", "10kV另1线")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_second_supply_with_another_procedure_says_which(language: Language) -> None:
    made = page(language, supplies=2)
    [first, *_] = made.assessment["options"]
    heavy = {"approval": {"procedure": "approval", "limit_working_days": 613}}
    pair = first | {"second": first | {"decision": heavy}, "independence": "substation"}
    shown = Printed(notice_pdf(replace(made, assessment={**made.assessment, "options": [pair]}), language))
    assert shown.text.count("613") == 1


def test_ids_of_what_was_rejected_stay_as_they_are() -> None:
    made = refused("en", "restricted")
    rejected = [{"asset_id": "way/46625958", "reason": "stale", "detail": "d"}]
    shown = Printed(notice_pdf(replace(made, assessment={**made.assessment, "rejected": rejected}), "en"))
    assert shown.has("way/46625958")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_access_point_that_nobody_recorded_is_said_to_be_assumed(language: Language) -> None:
    made = page(language)
    bare = {"id": None, "kind": None, "spare_bays": None}
    options = [{**each, "access_point": bare} for each in made.assessment["options"]]
    shown = Printed(notice_pdf(replace(made, assessment={**made.assessment, "options": options}), language))
    assert shown.has(words("access_point.assumed")[language][1:])


@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_it_holds_it_takes_one_page_of_legible_letters(language: Language) -> None:
    shown = Printed(notice_pdf(extreme(language), language))
    assert shown.pages == 1
    wide, tall = shown.size
    for size, (left, bottom, right, top) in shown.letters():
        assert size >= LEAST_PT - 0.01
        assert 0 < left < right < wide
        assert 0 < bottom < top < tall
    assert shown.has("<script>alert(1)</script>", words("heading.second")[language], "第二电源线路")
    assert shown.has(
        "95598", "12398", page(language).disclaimer[language], page(language).valid[language], URL
    )
    assert re.search(
        r"另有\d+项，见页尾网址" if language == "zh" else r"\d+more,seetheaddressbelow", shown.text
    )
    assert not {"\x00", "\u202e"} & set(shown.raw)


def test_the_same_page_gives_the_same_bytes() -> None:
    made = page("zh", options=1)
    written = notice_pdf(made, "zh")
    assert written == notice_pdf(made, "zh")
    assert b"CreationDate" not in written


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_html_page_holds_all_and_asks_for_nothing(language: Language) -> None:
    told = notice_html(extreme(language), language)
    assert "<script" not in told
    assert not re.search(r"<(img|link|iframe|object|a)\b|url\((?!#)|@import", told)
    assert told.count("很长的地块名称") == 60
    assert words_of_documents(language) in told
    assert not re.search(r"另有 \d+ 项|\d+ more, see", told)


def test_the_picture_is_the_page() -> None:
    image = Image.open(BytesIO(notice_png(refused("zh", "unreachable"), "zh", dots_per_inch=72)))
    assert image.size == (596, 842)
    assert len(image.convert("RGB").getcolors(1 << 20) or ()) > 20


def test_what_cannot_be_made_is_refused_with_all_faults() -> None:
    with pytest.raises(InputError) as refusal:
        notice_html(replace(page("zh", options=1), option=3), "en")
    assert len(refusal.value.faults) == 2
    endless = replace(refused("en", "unknown"), disclaimer=Words("长" * 20_000, "long " * 4_000))
    with pytest.raises(InputError, match="2 pages even in its shortest form"):
        notice_pdf(endless, "en")


def test_another_option_is_told_by_its_rank() -> None:
    told = notice_html(replace(page("en"), option=1), "en")
    assert "Connection (rank 2)" in told
    assert "1. 10kV望汀611线" in told


@pytest.mark.parametrize("assessed", CLASSES)
def test_every_class_has_its_words(assessed: str) -> None:
    told = notice_html(page("zh", options=0, assessed=assessed), "zh")
    assert f'<div class="badge {assessed}">{words(f"class.{assessed}").zh}</div>' in told


def test_the_public_sees_a_band_and_no_access_point() -> None:
    made = page("en", options=1)
    [told] = made.assessment["options"]
    told |= {"access_point": None, "open_capacity_kva": "2,000-5,000", "bottleneck": None}
    told["route"] |= {"pieces": []}
    shown = notice_html(made, "en")
    assert "2,000-5,000 kVA" in shown
    assert "Access point" not in shown
    assert "Each crossing" not in shown


def test_a_list_is_cut_between_its_items_and_tells_how_many_are_left() -> None:
    teller = Teller("en", Fit(LEAST_PT, letters=12), linked=True)
    assert teller.text("one, two, three, four") == "one, two … 2 more, see the address below"
    assert teller.text("one, two") == "one, two"
    assert teller.text("abcdefghijklmnop") == "abcdefghijk…"
    rows = [Row(str(number), "x") for number in range(5)]
    block = Teller("zh", Fit(LEAST_PT, items=2), linked=False).block("t", rows)
    assert (len(block.rows), block.more) == (2, "另有 3 项，见网上查询结果")
    assert len(Teller("zh", Fit(LEAST_PT, items=2), linked=False).block("t", rows, whole=True).rows) == 5


def test_columns_keep_the_order_and_end_at_about_the_same_height() -> None:
    rows = tuple(Row("what", f"value {number}") for number in range(10))
    blocks = [
        Block("site", rows[:3], whole=True),
        Block("one", rows, "5 more"),
        Block("two", rows, whole=True),
    ]
    left, right = two_columns(blocks, 9.0, 0.0)
    assert left[0] == blocks[0]
    assert [row for block in (*left, *right) for row in block.rows] == [
        row for block in blocks for row in block.rows
    ]
    assert right[0].title == ""
    assert [block.more for block in (*left, *right)] == ["", "", "5 more", ""]
    assert abs(sum(len(each.rows) for each in left) - sum(len(each.rows) for each in right)) <= 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_not_known_is_said_and_no_obstacle(language: Language) -> None:
    made = page(language, options=2)
    bare: dict[str, Any] = {
        "decision": None,
        "timeline": [],
        "voltage_kv": None,
        "bottleneck": None,
        "open_capacity_kva": None,
    }
    hidden = {"asset_id": None, "asset_name": None, "reason": "withheld", "detail": ""}
    unknown = {"load_kva": None, "load_kw": None, "power_factor": None, "failed_test": "unknown_load"}
    options = [{**each, **bare} for each in made.assessment["options"]]
    for given in ({"options": options}, {"options": [], "rejected": [hidden], "class": "unknown"}):
        told = {**made.assessment, **unknown, **given}
        shown = notice_html(replace(made, assessment=told, policy=None, data_date=None, url=None), language)
        assert words("label.unknown")[language] in shown
        assert "None" not in shown
        assert words("reason.unknown_load")[language] in shown


def test_the_test_that_keeps_it_from_the_best_class_is_told() -> None:
    made = page("en")
    told = {**made.assessment, "failed_test": "route.length_m at_most 200"}
    shown = notice_html(replace(made, assessment=told), "en")
    assert "the test that keeps it from plug and play: length of the route in m: at most 200" in shown


def test_a_reason_is_not_said_twice() -> None:
    made = refused("en", "restricted")
    reason = words("reason.too_far").en
    rejected = [{"asset_id": "F-1", "reason": "too_far", "detail": f"{reason}: 2,100 m away"}]
    told = notice_html(replace(made, assessment={**made.assessment, "rejected": rejected}), "en")
    assert told.count(reason) == 1
    assert "2,100 m away" in told


@pytest.mark.parametrize("language", LANGUAGES)
def test_whose_data_it_shows_stands_at_the_foot_of_the_one_page(language: Language) -> None:
    named = "© OpenStreetMap contributors"
    shown = Printed(notice_pdf(replace(extreme(language), attribution=named), language))
    assert shown.pages == 1
    assert shown.has(named)
    told = notice_html(replace(page(language), attribution="<b>& contributors"), language)
    assert "&lt;b&gt;&amp; contributors" in told
    assert "contributors" not in notice_html(page(language), language)
