"""The changes between two editions as a page of words that stands alone (期次变化说明)."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Final

from gis.capacity.words import Language
from gis.editions.diff import FIELDS, Change, Diff
from gis.editions.metadata import WORDS
from gis.figures import figure

MOST: Final = 2000
"""Changes told one by one; the files tell all."""

_FIELDS_EN: Final = {
    "level": "level",
    "name": "name",
    "substation": "substation",
    "voltage_kv": "voltage (kV)",
    "rated_kva": "rated capacity (kVA)",
    "limit_kva": "limit (kVA)",
    "open_capacity_kva": "open capacity (kVA)",
    "status": "status",
    "reason": "reason",
    "bottleneck_level": "bottleneck",
    "data_date": "day of the reading",
    "geometry": "generalised place",
}
_FIELDS_ZH: Final = {each.name: each.zh for each in FIELDS}

_PAGE: Final = """<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ margin: 0; color: #23302f; background: #fff }}
body {{ font: 16px/1.6 system-ui, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif }}
main {{ max-width: 60rem; margin: 0 auto; padding: 1rem 1rem 3rem }}
h1 {{ font-size: 1.5rem; line-height: 1.3 }} h2 {{ font-size: 1.1rem; margin: 2rem 0 .5rem }}
table {{ border-collapse: collapse }}
td, th {{ padding: .2rem 1.2rem .2rem 0; text-align: left; border-bottom: 1px solid #d9d5c8 }}
td.n {{ text-align: right; font-variant-numeric: tabular-nums }}
li {{ margin: .3rem 0; overflow-wrap: anywhere }} code {{ font-size: .85em; overflow-wrap: anywhere }}
</style></head>
<body><main>
{body}
</main></body></html>
"""


def diff_page(diff: Diff, language: Language) -> str:
    """Return the page: the two editions, the reasons counted, and every change in a sentence.

    Parameters
    ----------
    diff
        What differs.
    language
        Of the words.
    """
    chinese = language == "zh"
    one, other = diff.one, diff.other
    title = (
        f"公开期次变化：{one.id} → {other.id}" if chinese else f"Changes from edition {one.id} to {other.id}"
    )
    parts = [f"<h1>{escape(title)}</h1>", *_head(diff, chinese=chinese), *_reasons(diff, language)]
    heads = ("新增设备", "移除设备") if chinese else ("Added", "Removed")
    marks = ("（恢复公开）", "（转为不予公开）") if chinese else (" (no longer withheld)", " (now withheld)")
    listed = ((diff.added, diff.no_longer_withheld), (diff.removed, diff.withheld))
    for head, mark, (ids, marked) in zip(heads, marks, listed, strict=True):
        parts += _ids(head, mark, ids, frozenset(marked), chinese=chinese)
    parts += _sentences(diff, language)
    body = "\n".join(parts)
    return _PAGE.format(lang="zh-CN" if chinese else "en", title=escape(title), body=body)


def _head(diff: Diff, *, chinese: bool) -> Iterator[str]:
    for edition in (diff.one, diff.other):
        said = f"数据截至 {edition.as_of}" if chinese else f"as of {edition.as_of}"
        noted = f" · {escape(edition.note)}" if edition.note else ""
        yield f"<p>{escape(edition.id)} · {said}{noted}<br><code>SHA-256 {edition.sha256}</code></p>"
    figures = (len(diff.added), len(diff.removed), len(diff))
    words = (
        "新增设备 {:,} 个，移除 {:,} 个，字段变化 {:,} 处。"
        if chinese
        else "{:,} assets added, {:,} removed, {:,} fields changed."
    )
    yield f"<p>{words.format(*figures)}</p>"


def _reasons(diff: Diff, language: Language) -> Iterator[str]:
    counted = diff.by_reason()
    if not counted:
        return
    heads = ("变化原因", "处") if language == "zh" else ("Reason", "Changes")
    cells = "".join(f'<th scope="col">{head}</th>' for head in heads)
    yield f"<table><thead><tr>{cells}</tr></thead><tbody>"
    for cause, number in counted.items():
        yield f'<tr><td>{escape(cause.say(language))}</td><td class="n">{number:,}</td></tr>'
    yield "</tbody></table>"


def _ids(
    head: str, mark: str, ids: tuple[str, ...], marked: frozenset[str], *, chinese: bool
) -> Iterator[str]:
    if not ids:
        return
    told = [escape(each) + (mark if each in marked else "") for each in ids[:MOST]]
    yield f"<h2>{head}</h2><p>{('、' if chinese else ', ').join(told)}{'…' if len(ids) > MOST else ''}</p>"


def _sentences(diff: Diff, language: Language) -> Iterator[str]:
    if not len(diff):
        return
    chinese = language == "zh"
    yield f"<h2>{'逐项变化' if chinese else 'Every change'}</h2><ul>"
    for change in diff.changes(MOST):
        yield f"<li>{escape(sentence(change, language))}</li>"
    yield "</ul>"
    if len(diff) > MOST:
        left = len(diff) - MOST
        rest = f"另有 {left:,} 处见 CSV 或 JSON。" if chinese else f"{left:,} more stand in the CSV or JSON."
        yield f"<p>{rest}</p>"


def sentence(change: Change, language: Language) -> str:
    """Return a change in words."""
    who = change.asset_id if change.name in {None, change.asset_id} else f"{change.name} ({change.asset_id})"
    before, after = (_value(change, each, language) for each in (change.before, change.after))
    also = [each.say(language) for each in change.also]
    if language == "zh":
        more = f"（另：{'、'.join(also)}）" if also else ""
        return f"{who}：{_FIELDS_ZH[change.field]}由 {before} 变为 {after}，原因：{change.reason.zh}{more}。"
    more = f" (also {', '.join(also)})" if also else ""
    return f"{who}: {_FIELDS_EN[change.field]} from {before} to {after}, because of {change.reason.en}{more}."


def _value(change: Change, value: object, language: Language) -> str:
    if value is None:
        return "无" if language == "zh" else "none"
    if change.field == "geometry":
        return "另一网格" if language == "zh" else "another cell"
    if isinstance(value, float):
        return figure(value, 3)
    said = WORDS.get(change.field, {}).get(str(value))
    return str(value) if said is None else said[0 if language == "zh" else 1]
