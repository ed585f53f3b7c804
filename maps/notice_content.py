"""The content of a notice in words: an assessment and its policy part, sorted into blocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gis.errors import InputError
from gis.policy.facts import TESTABLE
from gis.policy.notice import Line, Notice, clause_words
from gis.policy.words import words as policy_words
from gis.siting.words import vocabulary, words_of_test
from gis.words import Words
from maps.notice_dates import Dates, dates_of
from maps.notice_page import Block, NoticePage, Row, Teller, sentence
from maps.route_view import crossings

_MEASURES: Final = (
    ("excavation", "excavation_m"),
    ("green", "green_m"),
    ("along_main_road", "along_main_road_m"),
    ("along_infrastructure", "along_infrastructure_m"),
)
_NOT_FACTS: Final = ("load_kw", "load_kva", "power_factor")

Told = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Content:
    """What stands on the page, from top to bottom.

    Attributes
    ----------
    title, verdict, verdict_key, why
        Heading; class of the parcel in words and by key, and why.
    site
        Parcel and load.
    blocks
        The option told, its route and its second supply, else what to do; procedure, papers, who pays.
    dates
        Bars; None where there are none.
    lists
        Alternatives, what was rejected, notes.
    clauses
        The document and its clauses.
    foot
        Validity, contacts, source of the figures, address.
    """

    title: str
    verdict: str
    verdict_key: str
    why: str
    site: Block
    blocks: tuple[Block, ...]
    dates: Dates | None
    lists: tuple[Block, ...]
    clauses: Block | None
    foot: tuple[Row, ...]


def content_of(page: NoticePage, teller: Teller) -> Content:
    """Return the content of a page.

    Raises
    ------
    InputError
        The option told is not among the options, or the policy part speaks another language.
    """
    told = page.assessment
    options = told["options"]
    faults = []
    if options and not 0 <= page.option < len(options):
        faults.append(
            Words(
                f"所要的是第 {page.option} 个方案；共有 {len(options)} 个",
                f"option {page.option} is asked for; there are {len(options)}",
            )
        )
    if page.policy is not None and page.policy.language != teller.language:
        faults.append(
            Words(
                f"政策部分的语言是 {page.policy.language}，告知书的语言是 {teller.language}",
                f"the policy part speaks {page.policy.language}, the notice {teller.language}",
            )
        )
    if faults:
        raise InputError(
            Words("告知书无法制作。", "The notice cannot be made."),
            repair=Words(
                "请选择评估中的方案，政策部分须与告知书同一语言。",
                "Ask for an option of the assessment, with the policy part in the language of the notice.",
            ),
            faults=faults,
        )
    option = options[page.option] if options else None
    decision = (option.get("decision") or {}) if option else {}
    average = decision.get("time_limits", {}).get("basis") == "average"
    return Content(
        title=policy_words("notice.title")[teller.language],
        verdict=sentence(teller.say(f"class.{told['class']}")),
        verdict_key=str(told["class"]),
        why=_why(told, teller),
        site=_site(page, teller),
        blocks=(*_supplies(page, option, teller), *_policy(page, teller)),
        dates=dates_of(option.get("timeline") or (), teller, average=average) if option else None,
        lists=tuple(_lists(page, teller)),
        clauses=_clauses(page.policy, teller),
        foot=tuple(_foot(page, teller)),
    )


def _why(told: Told, teller: Teller) -> str:
    """Return why a parcel has its class, with the one test that keeps it from the best one."""
    why = teller.say(f"class_why.{told['class']}")
    failed = told.get("failed_test")
    if not failed:
        return sentence(why)
    what = words_of_test(failed)[teller.language]
    return sentence(teller.join([why, teller.say("label.failed_test", what=what)]))


def _site(page: NoticePage, teller: Teller) -> Block:
    told, say = page.assessment, teller.say
    load = teller.measure(told["load_kva"], "kVA")
    also = [f"{teller.number(told[name])} kW" for name in ("load_kw",) if told.get(name) is not None]
    if told.get("power_factor") is not None:
        also.append(f"{policy_words('fact.power_factor')[teller.language]} {told['power_factor']:g}")
    rows = [Row(say("label.site"), page.site)]
    if told.get("parcel_id") and told["parcel_id"] != page.site:
        rows.append(Row(say("label.parcel_id"), told["parcel_id"]))
    rows.append(Row(say("label.load"), f"{load} ({', '.join(also)})" if also else load))
    skipped = {policy_words(f"fact.{name}")[teller.language] for name in _NOT_FACTS} | _route_facts(teller)
    facts = [
        f"{line.label} {line.value}"
        for line in _section(page.policy, "notice.facts", teller)
        if line.label not in skipped
    ]
    if facts:
        rows.append(Row(policy_words("notice.facts")[teller.language], teller.join(facts)))
    days = (say("label.on"), str(told["on"]), say("label.requested"), page.requested_on.isoformat())
    rows.append(Row(days[0], f"{days[1]}　{days[2]} {days[3]}"))
    return teller.block(say("heading.site"), rows, whole=True)


def _supplies(page: NoticePage, option: Told | None, teller: Teller) -> Iterator[Block]:
    if option is None:
        key = f"advice.{page.assessment['class']}"
        known = [key] if key in vocabulary() else []
        rows = [Row("", teller.say(each)) for each in (*known, "advice.none")]
        yield teller.block(teller.say("heading.no_option"), rows)
        return
    title = (
        teller.say("heading.option_number", n=option["rank"]) if page.option else teller.say("heading.option")
    )
    yield teller.block(title, _supply(option, page, teller), whole=True)
    yield teller.block(teller.say("heading.route"), tuple(_route(option["route"], teller)), whole=True)
    second = option.get("second")
    if second is not None:
        apart = teller.say(f"independence.{option['independence']}")
        own = _procedure(second, teller)
        above = Row("", teller.join([apart, own if own != _procedure(option, teller) else ""]))
        both = (above, *_supply(second, page, teller), *_route(second["route"], teller))
        yield teller.block(teller.say("heading.second"), both, whole=True)


def _supply(option: Told, page: NoticePage, teller: Teller) -> tuple[Row, ...]:
    say = teller.say
    level = say(f"level.{option['level']}")
    name = f"{level} {option['asset_name'] or option['asset_id']}"
    rows = [
        Row(say("label.asset"), name),
        Row(say("label.voltage"), teller.measure(option["voltage_kv"], "kV")),
    ]
    point = option.get("access_point")
    if point:
        parts = [say(f"access_point.{point['kind']}")] if point.get("kind") else []
        parts += [str(point["id"])] if point.get("id") else []
        if point.get("spare_bays") is not None:
            parts.append(say("label.spare_bays", n=point["spare_bays"]))
        rows.append(Row(say("label.access_point"), " ".join(parts) or say("access_point.assumed")))
    open_kva = teller.measure(option["open_capacity_kva"], "kVA")
    bottleneck = option.get("bottleneck")
    if bottleneck and bottleneck.get("level"):
        what = say(f"level.{bottleneck['level']}")
        if bottleneck.get("asset_id") and bottleneck["asset_id"] != option["asset_id"]:
            what = f"{what} {bottleneck['asset_id']}"
        open_kva = f"{open_kva} ({say('label.bottleneck', what=what)})"
    rows.append(Row(say("label.open_capacity"), open_kva))
    day = option.get("data_date") or page.data_date
    dated = "" if day is None else f"{say('label.data_date')} {day}"
    rows.append(Row(say("label.status"), teller.join([say(f"status.{option['status']}"), dated])))
    return tuple(rows)


def _route(route: Told, teller: Teller) -> Iterator[Row]:
    say, number = teller.say, teller.number
    yield Row(say("label.length"), f"{number(route['length_m'])} m")
    figures = say("label.crossing_figures", n=route["crossing_count"], m=number(route["crossing_m"]))
    city = say("label.city_crossing", m=number(route["city_road_crossing_m"]))
    yield Row(say("label.crossings"), f"{figures} ({city})" if route["crossing_m"] else figures)
    pieces = route.get("pieces") or ()
    names = [each["road_name"] for each in pieces]
    each_told = []
    for place, numbers in enumerate(crossings([each["crossing"] for each in pieces]), 1):
        roads = dict.fromkeys(names[number] or say("label.unnamed_road") for number in numbers)
        metres = sum(pieces[number]["length_m"] for number in numbers)
        each_told.append(f"({place}) {'/'.join(roads)} {number(metres)} m")
    if each_told:
        yield Row(say("label.crossing_list"), teller.join(each_told))
    shown = [
        f"{say(f'label.{name}')} {number(route[field])} m"
        for name, field in _MEASURES
        if route[field] is not None
    ]
    yield Row("", teller.join(shown))


def _policy(page: NoticePage, teller: Teller) -> Iterator[Block]:
    say, policy = teller.say, page.policy
    if policy is None:
        # A known policy has nothing to decide where there is no connection.
        if page.assessment["jurisdiction"] is None or page.assessment["options"]:
            yield teller.block(say("heading.procedure"), [Row("", say("label.no_policy"))])
        return
    facts = {policy_words(f"fact.{name}")[teller.language] for name in TESTABLE}
    said: set[str] = set()
    approval = _section(policy, "part.approval", teller)
    rows = list(_rows(policy, "part.approval", teller, facts, said))
    limit = policy_words("field.limit_working_days")[teller.language]
    labels = [row.label for row in rows]
    procedure = policy_words("field.procedure")[teller.language]
    if procedure in labels and limit not in labels:
        rows.insert(labels.index(procedure) + 1, Row(limit, say("label.untimed")))
    routes = _route_facts(teller)
    tests = [f"{line.label} {line.value}" for line in approval if line.label in routes]
    if tests:
        rows.append(Row(say("label.tests"), teller.join(tests)))
    for part in ("part.supply", "part.stages", "part.time_limits"):
        rows += _rows(policy, part, teller, facts, said)
    yield teller.block(say("heading.procedure"), rows)
    yield teller.block(say("heading.papers"), tuple(_rows(policy, "part.documents", teller, facts, said)))
    yield teller.block(say("heading.pays"), tuple(_rows(policy, "part.investment", teller, facts, said)))


def _rows(policy: Notice, key: str, teller: Teller, facts: set[str], said: set[str]) -> Iterator[Row]:
    """Yield a part of the decision: its kind only where not plainly decided, no tests, no note twice."""
    lines = _section(policy, key, teller)
    if not lines:
        return
    kind, *others = lines
    clauses = ", ".join(clause_words(each, teller.language) for each in kind.clauses)
    others = [line for line in others if line.label not in facts and (line.label or line.value not in said)]
    said |= {line.value for line in others if not line.label}
    decided = kind.label == policy_words("kind.decided")[teller.language]
    if not decided or not others:
        part = policy_words(key)[teller.language]
        yield Row(part, ": ".join(filter(None, (kind.label, kind.value))), clauses)
        clauses = ""
    for line in others:
        yield Row(line.label, line.value, clauses)
        clauses = ""


def _lists(page: NoticePage, teller: Teller) -> Iterator[Block]:
    told, say = page.assessment, teller.say
    others = [option for number, option in enumerate(told["options"]) if number != page.option]
    if others:
        rows = [Row("", f"{each['rank']}. {_in_one_line(each, teller)}") for each in others]
        yield teller.block(say("heading.alternatives"), rows)
    rejected = told.get("rejected") or ()
    if rejected and not told["options"]:
        rows = [
            Row(
                str(each.get("asset_name") or each["asset_id"] or say("label.unnamed_asset")),
                _refused(each, teller),
            )
            for each in rejected
        ]
        yield teller.block(say("heading.rejected"), rows, named=True)
    warnings = teller.join(tuple(_warnings(page, teller)))
    notes = [Row("", warnings)] if warnings else []
    assumed = [f"{line.label} {line.value}" for line in _section(page.policy, "notice.assumed", teller)]
    if assumed:
        notes.append(Row("", f"{say('label.assumed')}: {teller.join(assumed)}"))
    if notes:
        yield teller.block(say("heading.warnings"), notes)


def _refused(rejected: Told, teller: Teller) -> str:
    """Return why something does not serve, with its detail, which may begin with the reason."""
    reason, detail = teller.say(f"reason.{rejected['reason']}"), str(rejected.get("detail") or "")
    return detail if detail.startswith(reason) else teller.join([reason, detail])


def _warnings(page: NoticePage, teller: Teller) -> Iterator[str]:
    """Yield warnings of the assessment and of the option told; a key of the vocabulary in its words."""
    options = page.assessment["options"]
    own = options[page.option].get("warnings") or () if options else ()
    for each in dict.fromkeys((*(page.assessment.get("warnings") or ()), *own)):
        key = f"warning.{each}"
        yield teller.say(key) if key in vocabulary() else str(each)


def _in_one_line(option: Told, teller: Teller) -> str:
    """Return an option in one line, and both supplies of a double one."""
    second = option.get("second")
    if second is None:
        return _one_supply(option, teller)
    other = f"{teller.say('heading.second')}: {_one_supply(second, teller)}"
    return teller.join([_one_supply(option, teller), other])


def _one_supply(option: Told, teller: Teller) -> str:
    route = option["route"]
    crossed = teller.say(
        "label.crossing_figures", n=route["crossing_count"], m=teller.number(route["crossing_m"])
    )
    return teller.join(
        [
            str(option["asset_name"] or option["asset_id"]),
            f"{teller.number(route['length_m'])} m",
            f"{teller.say('label.crossings')} {crossed}",
            _procedure(option, teller),
            f"{teller.say('label.open_capacity')} {teller.measure(option['open_capacity_kva'], 'kVA')}",
        ]
    )


def _procedure(option: Told, teller: Teller) -> str:
    """Return an option's procedure and its limit, nothing where none is decided."""
    approval = (option.get("decision") or {}).get("approval", {})
    procedure, days = approval.get("procedure"), approval.get("limit_working_days")
    limit = teller.say("label.untimed") if days is None else teller.days(days)
    return f"{policy_words(f'procedure.{procedure}')[teller.language]} ({limit})" if procedure else ""


def _clauses(policy: Notice | None, teller: Teller) -> Block | None:
    if policy is None:
        return None
    wanted = {policy_words(f"notice.{name}")[teller.language] for name in ("jurisdiction", "document")}
    about = [line.value for line in _section(policy, "notice.title", teller) if line.label in wanted]
    rows = [Row("", teller.join(about))]
    cited = _section(policy, "notice.clauses", teller)
    rows += [Row("", line.value, clause_words(line.label, teller.language)) for line in cited]
    most = None if teller.fit.clauses is None else teller.fit.clauses + 1  # the document's own line
    return teller.block(teller.say("heading.clauses"), rows, most=most)


def _foot(page: NoticePage, teller: Teller) -> Iterator[Row]:
    """Yield what must never be shortened: validity, contacts, sources, disclaimer."""
    say, language = teller.say, teller.language
    edition = page.assessment.get("edition")
    figures = f"{say('label.edition')} {edition}" if edition else say("label.live")
    dated = "" if page.data_date is None else f"{say('label.data_date')} {page.data_date}"
    yield Row(sentence(say("label.valid")), page.valid[language])
    yield Row(sentence(say("label.contacts")), teller.join([each[language] for each in page.contacts]))
    yield Row(sentence(say("label.figures")), teller.join([figures, dated]))
    if page.url:
        yield Row(sentence(say("label.whole")), page.url)
    yield Row("", "　".join(filter(None, (page.disclaimer[language], page.attribution))))


def _section(policy: Notice | None, key: str, teller: Teller) -> Sequence[Line]:
    title = policy_words(key)[teller.language]
    sections = () if policy is None else policy.sections
    return next((section.lines for section in sections if section.title == title), ())


def _route_facts(teller: Teller) -> set[str]:
    return {policy_words(f"fact.{name}")[teller.language] for name in TESTABLE if name.startswith("route.")}
