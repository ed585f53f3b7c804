"""An explanation in words, in Chinese or English."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from gis.capacity.breakdown import ClaimLine
from gis.capacity.formulas import Input
from gis.capacity.numerals import kva, plain
from gis.capacity.words import GAP_WORDS, LEVEL_WORDS, Gap, Language
from gis.figures import fixed

if TYPE_CHECKING:
    from gis.capacity.explain import Explanation, Missing

_WORDS: Final = {
    "effective": ("可开放容量", "Open capacity"),
    "limit": ("限额", "Limit"),
    "peak": ("最大负荷", "Peak"),
    "own_before": ("扣除在途前余量", "Left before pending"),
    "pending": ("在途容量", "Pending"),
    "own_after": ("扣除在途后余量", "Left after pending"),
    "status": ("状态", "Status"),
    "bottleneck": ("瓶颈", "Bottleneck"),
    "upper_bound": ("为上界，实际可能更低", "An upper bound; the true figure may be lower"),
    "loading": ("负载率", "Loading"),
    "claim": ("在途申请", "Claim"),
    "asked": ("拟受理申请", "Claim asked about"),
    "aggregate": ("在途汇总", "Aggregate pending"),
    "alternative": ("备选申请，不计", "Alternative claim, not counted"),
    "instead": ("同一用电地点以此为准：", "the one that counts for its site is "),
    "site": ("用电地点", "site"),
    "ramped": ("已投运", "already in the peak"),
    "ancestor": ("上级", "Above"),
    "left": ("余量", "left"),
    "input": ("数据", "Input"),
    "published": ("供电企业公布值", "The utility's own figure"),
    "difference": ("与计算值相差", "differs from ours by"),
    "shown": ("对外公开此值", "this is the figure that goes to the public"),
    "reading": ("读数日期", "read on"),
    "undated": ("无日期", "without a date"),
    "stale": ("已过期", "too old"),
    "head": ("{level} {asset}（{on}，参数 {parameters}）", "{level} {asset} ({on}, parameters {parameters})"),
}
"""Word -> Chinese and English."""

_Say = Callable[[str], str]


def in_words(told: Explanation) -> str:
    """Return the explanation, one fact a line."""
    say = _speaker(told.language)
    lines = [_head(told, say), *_figure(told, say), *_steps(told, say), *_claims(told, say)]
    lines += [*_above(told, say), *_inputs(told, say), *_own_figure(told, say)]
    return "\n".join(lines)


def _speaker(language: Language) -> _Say:
    at = 0 if language == "zh" else 1
    return lambda word: _WORDS[word][at]


def _pick(words: tuple[str, str], language: Language) -> str:
    return words[0] if language == "zh" else words[1]


def _asset(asset_id: str | None, name: str | None) -> str:
    thing = "—" if asset_id is None else asset_id
    return thing if name is None or name == asset_id else f"{thing} {name}"


def _head(told: Explanation, say: _Say) -> str:
    level = _pick(LEVEL_WORDS[told.level], told.language)
    return say("head").format(
        level=level[:1].upper() + level[1:],
        asset=_asset(told.asset_id, told.name),
        on=told.on,
        parameters=told.parameters,
    )


def _figure(told: Explanation, say: _Say) -> Iterator[str]:
    figure = "—" if math.isnan(told.effective_kva) else f"{kva(told.effective_kva)} kVA"
    yield f"{say('effective')}: {figure}"
    yield f"{say('status')}: {told.status.say(told.language)} ({told.reason.say(told.language)})"
    if told.bottleneck_id is not None:
        yield f"{say('bottleneck')}: {told.bottleneck_id}"
    if told.upper_bound:
        yield f"{say('upper_bound')}: {'; '.join(_absent(each, told.language) for each in told.missing)}"
    if not math.isnan(told.loading_share):
        yield f"{say('loading')}: {fixed(told.loading_share * 100)}% ({told.loading.say(told.language)})"


def _absent(missing: Missing, language: Language) -> str:
    what = missing.what
    words = _pick(GAP_WORDS[what], language) if isinstance(what, Gap) else what.say(language)
    return f"{missing.asset_id}: {words}"


def _steps(told: Explanation, say: _Say) -> Iterator[str]:
    notes = {"limit": told.limit_kind.say(told.language), "peak": told.peak_label.say(told.language)}
    if not math.isnan(told.steps[1].value_kva):
        dated = f"{say('reading')} {told.data_date}" if told.data_date else say("undated")
        notes["peak"] += f", {dated}"
        notes["peak"] += f", {say('stale')}" if told.stale else ""
    for step in told.steps:
        note = f" ({notes[step.what]})" if step.what in notes else ""
        value = "—" if math.isnan(step.value_kva) else f"{kva(step.value_kva)} kVA"
        formula = "" if step.formula in {kva(step.value_kva), "—"} else f"{step.formula} = "
        yield f"{say(step.what)} = {formula}{value}{note}"


def _claims(told: Explanation, say: _Say) -> Iterator[str]:
    for line in told.pending.counted:
        yield f"  {say('asked' if line.id is None else 'claim')} {_claim(line, say)}"
    for each in told.pending.aggregates:
        day = each.stated_on or say("undated")
        yield f"  {say('aggregate')} {each.asset_id}: {kva(each.kva)} kVA, {day}{_source(each.source)}"
    for line in told.pending.alternatives:
        yield f"  {say('alternative')} {_claim(line, say)}; {say('instead')}{line.instead or '—'}"


def _claim(line: ClaimLine, say: _Say) -> str:
    thing = "" if line.id is None else f"{line.id} "
    ramped = f", {say('ramped')} {kva(line.ramped_kva)} kVA" if line.ramped_kva else ""
    days = "" if line.accepted_on is None else f", {line.accepted_on}–{line.expires_on or ''}"
    where = f"{line.asset_id}, {say('site')} {line.site or '—'}"
    return f"{thing}({where}): {kva(line.kva)} kVA{ramped}{days}{_source(line.source)}"


def _above(told: Explanation, say: _Say) -> Iterator[str]:
    for each in told.ancestors:
        level = _pick(LEVEL_WORDS[each.level], told.language)
        left = "—" if math.isnan(each.own_after_kva) else f"{kva(each.own_after_kva)} kVA"
        words = f"{each.status.say(told.language)}, {each.reason.say(told.language)}"
        yield f"{say('ancestor')} {level} {_asset(each.asset_id, each.name)}: {say('left')} {left} ({words})"


def _inputs(told: Explanation, say: _Say) -> Iterator[str]:
    for each in told.inputs:
        yield f"{say('input')} {_input(each, told.language)}"


def _input(each: Input, language: Language) -> str:
    where = "" if each.asset_id is None else f" {each.asset_id}"
    dated = "" if each.stated_on is None else f", {each.stated_on}"
    unit = f" {each.unit}" if each.unit else ""
    figure = kva(each.value) if each.unit == "kVA" else plain(each.value)
    return f"{each.name}{where} = {figure}{unit} ({each.label.say(language)}{dated}{_source(each.source)})"


def _own_figure(told: Explanation, say: _Say) -> Iterator[str]:
    if told.published is None:
        return
    words = [f"{say('published')}: {kva(told.published.kva)} kVA"]
    words.append(str(told.published.stated_on or say("undated")))
    if told.published.differs:
        words.append(f"{say('difference')} {kva(told.published.difference_kva)} kVA")
    if told.published.disclosed:
        words.append(say("shown"))
    yield ", ".join(words)


def _source(source: str | None) -> str:
    return "" if source is None else f", {source}"
