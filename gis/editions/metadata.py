"""What an edition says of itself in its files (元数据): method, cadence, contact, what is withheld."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from gis.capacity.words import LEVEL_WORDS, Reason, Status
from gis.editions.disclosure import CADENCES
from gis.editions.header import Edition
from gis.editions.screened import LENGTH_STEP_M
from gis.editions.withholding import Withheld
from gis.policy.words import vocabulary as policy_vocabulary
from gis.siting.words import vocabulary as siting_vocabulary
from gis.words import Words


def _said(vocabulary: Mapping[str, Words], prefix: str) -> Mapping[str, tuple[str, str]]:
    """Return the words of a vocabulary whose keys are a prefix and one word."""
    return {
        key.removeprefix(prefix): (each.zh, each.en)
        for key, each in vocabulary.items()
        if key.startswith(prefix) and "." not in key.removeprefix(prefix)
    }


WORDS: Final[Mapping[str, Mapping[str, tuple[str, str]]]] = {
    "level": LEVEL_WORDS,
    "bottleneck_level": LEVEL_WORDS,
    "status": {str(each): (each.zh, each.en) for each in Status},
    "reason": {str(each): (each.zh, each.en) for each in Reason},
}
"""Column of words of the published assets -> word -> Chinese and English."""

SCREENED_WORDS: Final[Mapping[str, Mapping[str, tuple[str, str]]]] = {
    "class": _said(siting_vocabulary(), "class."),
    "procedure": _said(policy_vocabulary(), "procedure."),
    "decision_kind": _said(policy_vocabulary(), "kind."),
    "level": LEVEL_WORDS,
}
"""Likewise of the screened parcels and the zones."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a key for machines, and what it is and says in both languages."""

    key: str
    zh: str
    en: str
    value_zh: str
    value_en: str


def metadata(edition: Edition) -> tuple[Line, ...]:
    """Return the lines of an edition; its files are not looked at."""
    return (
        *_identity(edition),
        *_method(edition),
        *_screening(edition),
        *_sources(edition),
        *_duty(edition),
        *_reliability(edition),
        *_proof(edition),
        *_legend(),
    )


def _plain(key: str, zh: str, en: str, value: object) -> Line:
    text = "" if value is None else str(value)
    return Line(key, zh, en, text, text)


def _identity(edition: Edition) -> tuple[Line, ...]:
    first, last = edition.facts["data"]["dates"]
    span = first if first == last else f"{first} – {last}"
    return (
        _plain("edition_id", "公开期次", "Edition", edition.id),
        _plain("publisher", "发布单位", "Publisher", _setting(edition, "publisher")),
        _plain("as_of", "数据截至", "Figures as of", edition.as_of),
        _plain(
            "created_at", "发布时间(UTC)", "Published at (UTC)", f"{edition.created_at:%Y-%m-%d %H:%M:%S}"
        ),
        _plain("data_dates", "读数日期", "Days of the readings", span),
        _plain("note", "说明", "Note", edition.note),
        _plain("corrects", "更正期次", "Corrects", edition.corrects),
    )


def _method(edition: Edition) -> tuple[Line, ...]:
    bands = _setting(edition, "bands_kva")
    shown = " / ".join(f"{each:,.0f}" for each in bands)
    side = f"{_setting(edition, 'grid_m'):,}"
    computed = edition.facts["disclosed"] == "computed"
    return (
        Line(
            "granularity",
            "公开粒度",
            "Granularity",
            "变电站、主变、10(20)千伏线路、公用配变，每个设备一行",
            "One row for each substation, main transformer, feeder and public distribution transformer",
        ),
        Line(
            "method",
            "计算方法",
            "Method",
            "限额减最大负荷减在途容量，取本设备及各级上级设备余量的最小值，不足0按0；无数据不等于0",
            "Limit less peak less pending: the least over the asset and all above it, never below 0;"
            " unknown is not 0",
        ),
        Line(
            "disclosed",
            "公布值",
            "Figure disclosed",
            "计算值" if computed else "供电企业公布值（未填的取计算值）；状态与原因按计算值",
            "computed"
            if computed
            else "the utility's own where it states one; status and reason as computed",
        ),
        Line(
            "bands",
            "数值精度",
            "Precision",
            f"分档公布，取所在档下限(kVA)：{shown}" if bands else "精确值，保留一位小数",
            f"banded, the lower bound of the band (kVA): {shown}" if bands else "exact, one decimal",
        ),
        Line(
            "place",
            "位置概化",
            "Place",
            f"设备所在的 {side} 米网格，不是设备坐标（EPSG:4326）",
            f"the cell of {side} m in which the asset lies, never its position (EPSG:4326)",
        ),
        _plain("parameters", "参数版本", "Parameters", _version(edition, "parameters")),
        _plain("settings", "设置版本", "Settings", _version(edition, "settings")),
    )


def _screening(edition: Edition) -> Iterator[Line]:
    """Yield what is said of the screening in the edition, nothing where it has none."""
    found = edition.facts.get("screening")
    if found is None:
        return
    load = found["load_kva"]
    yield _plain("screening", "筛查编号", "Screening", found["run_id"])
    yield Line(
        "screening_load",
        "筛查负荷",
        "Load screened for",
        "各地块自身负荷；申报的负荷不公开" if load is None else f"各地块均按 {load:,.10g} kVA",
        "each parcel's own; one that a customer states is not shown"
        if load is None
        else f"{load:,.10g} kVA for every parcel",
    )
    yield Line(
        "screening_length",
        "路径长度",
        "Length of route",
        f"进位到 {LENGTH_STEP_M:g} 米",
        f"rounded up to {LENGTH_STEP_M:g} m",
    )
    yield _plain("parcels", "公开地块数", "Parcels published", found["parcels"]["rows"])
    yield _plain(
        "parcels_withheld",
        "不予公开地块数（重要用户）",
        "Parcels withheld (important users)",
        found["withheld"],
    )


def _sources(edition: Edition) -> Iterator[Line]:
    """Yield the map's number, and whose data the edition shows; editions of earlier versions say neither."""
    if "map_number" in edition.facts:
        number = edition.facts["map_number"]
        yield Line("map_number", "审图号", "Map review number", number or "＿＿＿＿", number or "none yet")
    named = [
        f"{each['name']} ({each['licence']}, {each['url']})" for each in edition.facts.get("sources", ())
    ]
    if named:
        yield _plain("sources", "数据来源", "Sources", "; ".join(named))


def _duty(edition: Edition) -> tuple[Line, ...]:
    _, zh, en = CADENCES[_setting(edition, "cadence")]
    held = edition.withheld
    return (
        Line("cadence", "公开周期", "Cadence", zh, en),
        _plain("next_due", "下期应于此日前公开", "Next edition due by", edition.next_due),
        _plain("contact", "联系方式", "Contact", _setting(edition, "contact")),
        _plain("hotlines", "服务与监督热线", "Hotlines", _setting(edition, "hotlines")),
        Line(
            "disclaimer",
            "免责说明",
            "Disclaimer",
            _setting(edition, "disclaimer_zh"),
            _setting(edition, "disclaimer_en"),
        ),
        _plain("rows", "公开设备数", "Assets published", edition.rows),
        _plain("withheld", "不予公开设备数", "Assets withheld", sum(held.values())),
        *(
            _plain(f"withheld_{each}", f"不予公开：{each.zh}", f"Withheld: {each.en}", held[each])
            for each in Withheld
            if each in held
        ),
    )


def _reliability(edition: Edition) -> tuple[Line, ...]:
    """Return the reliability targets (供电可靠性目标), or why there are none, for each jurisdiction."""
    stated = edition.facts.get("reliability")
    if stated is None:  # an edition of a version that did not state them
        return ()
    told = [line for each in stated for line in _targets(each, edition)] or [
        ("", "", "未导入政策辖区图层，未列目标", "not stated: no layer of jurisdictions was imported")
    ]
    return tuple(
        Line(f"reliability_{at}", f"供电可靠性目标{zh}", f"Reliability target{en}", *values)
        for at, (zh, en, *values) in enumerate(told, start=1)
    )


def _targets(stated: Mapping[str, Any], edition: Edition) -> Iterator[tuple[str, str, str, str]]:
    """Yield whose target it is and what it says, each in Chinese and in English."""
    identity = stated["jurisdiction"]
    if not stated["policy"]:
        yield f"：{identity}", f": {identity}", "没有此编号的政策文件", "there is no policy file of this id"
        return
    who = f"：{stated['name']['zh']}", f": {stated['name']['en']}"
    zh, en = stated["document"]["zh"], stated["document"]["en"]
    if not stated["targets"]:
        yield *who, f"{edition.as_of} 无有效目标（{zh}）", f"none in force on {edition.as_of} ({en})"
    for each in stated["targets"]:
        clauses, since = ", ".join(each["clauses"]), each["from"]
        yield (
            *who,
            f"{each['zh']}（{zh}，{clauses}，自 {since}）",
            f"{each['en']} ({en}, {clauses}, from {since})",
        )


def _proof(edition: Edition) -> tuple[Line, ...]:
    return (
        _plain("rows_sha256", "数据行 SHA-256", "SHA-256 of the rows", edition.rows_sha256),
        _plain("previous", "上一期次", "Edition before", edition.previous),
        _plain(
            "previous_sha256", "上一期次 SHA-256", "SHA-256 of the edition before", edition.previous_sha256
        ),
        _plain("code_version", "软件版本", "Version of Kaimen", edition.facts["code_version"]),
    )


def _legend() -> tuple[Line, ...]:
    heads = {"level": ("设备层级", "Level"), "status": ("状态", "Status"), "reason": ("原因", "Reason")}
    return tuple(
        Line(f"{column}_{word}", f"{zh}：{word}", f"{en}: {word}", *said)
        for column, (zh, en) in heads.items()
        for word, said in WORDS[column].items()
    )


def _setting(edition: Edition, key: str) -> Any:  # noqa: ANN401  # whatever the setting is
    return edition.facts["settings"]["values"][key]


def _version(edition: Edition, what: str) -> str:
    stated = edition.facts[what]
    changed = ", ".join(stated["overridden"])
    return f"{stated['name']} {stated['version']}" + (f" ({changed})" if changed else "")
