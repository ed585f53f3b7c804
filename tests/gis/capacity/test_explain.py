from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings

from gis.capacity.explain import Explanation, explain
from gis.capacity.open_capacity import with_claim
from gis.capacity.parameters import default_parameters
from gis.capacity.words import GAP_WORDS, LEVEL_WORDS, Gap, Label, LimitKind, Loading, Reason, Status
from tests.gis.capacity.grids import Row, Rows, golden, put, random_rows, work_out

FIGURES = re.compile(r"[-−]?\d+(?:,\d{3})*(?:\.\d+)?")


def value_of(formula: str) -> float:
    """Return what a formula comes to."""
    python = formula.replace("√3", str(math.sqrt(3))).replace("×", "*").replace("÷", "/").replace("−", "-")
    python = re.sub(r" (kV|kW|A)\b", "", re.sub(r"(?<=\d),(?=\d)", "", python)).replace(";", ",")
    if python.startswith("max(0, min("):
        inside = python.removeprefix("max(0, min(").removesuffix("))")
        return max(0.0, min(float(each) for each in inside.split(",")))
    return float(eval(python, {"__builtins__": {}}))  # noqa: S307  # arithmetic of our own making


def told_of(rows: Rows, thing: str, **more: object) -> Explanation:
    return explain(work_out(rows), thing, "zh", **more)  # type: ignore[arg-type]  # sources alone


def test_the_golden_case_in_words() -> None:
    english = explain(work_out(golden()), "F", "en").text()
    for line in (
        "Feeder F 东湖线 (2026-11-21, parameters default 2026.1)",
        "Open capacity: 645.3 kVA",
        "Status: tight (less than the threshold of its level is left)",
        "Limit = 0.8 × √3 × 10 kV × 400 A = 5,542.6 kVA (its rated current)",
        "Peak = √3 × 10 kV × 210 A = 3,637.3 kVA (measured, read on 2026-09-30)",
        "Pending = 60 + 1,200 = 1,260 kVA",
        "Left after pending = 1,905.3 − 1,260 = 645.3 kVA",
        "Open capacity = max(0, min(645.3; 15,500; 6,000)) = 645.3 kVA",
        "Above substation S 东湖变电站: left 6,000 kVA (open, there is room left)",
    ):
        assert line in english
    chinese = told_of(golden(), "F").text()
    for line in (
        "可开放容量: 645.3 kVA",
        "状态: 预警 (余量低于预警阈值)",
        "限额 = 0.8 × √3 × 10 kV × 400 A = 5,542.6 kVA (限额电流折算)",
        "在途申请 C2 (F, 用电地点 P-C2): 1,200 kVA",
    ):
        assert line in chinese


def test_n_1_shows_every_transformer() -> None:
    told = told_of(put(golden(), "main_transformers", "T2", rated_kva=31_500.0), "S")
    assert told.steps[0].formula == "1 × (50,000 + 31,500 − 50,000) + 0"
    assert told.steps[0].value_kva == 31_500.0
    assert [each.name for each in told.inputs] == [
        "rated_kva",
        "rated_kva",
        "transfer_kva",
        "rho",
        "peak_kva",
    ]


def test_alternatives_are_named_with_the_claim_that_counts() -> None:
    rows = golden()
    rows["claims"].append(rows["claims"][1] | {"id": "C9", "kva": 900.0, "asset_id": "G"})
    told = told_of(rows, "G")
    [line] = told.pending.alternatives
    assert (line.id, line.instead, line.kva, line.pending_kva) == ("C9", "C2", 900.0, 0.0)
    assert "备选申请，不计 C9" in told.text()
    assert told_of(rows, "F").pending.alternatives == ()


def test_an_aggregate_is_told_with_its_day() -> None:
    rows = put(golden(), "capacity", "G", pending_kva=500.0)
    rows["claims"] = [each for each in rows["claims"] if each["id"] != "C3"]
    told = told_of(rows, "S")
    [line] = told.pending.aggregates
    assert (line.asset_id, line.kva, line.stated_on) == ("G", 500.0, date(2026, 9, 30))
    assert told.steps[3].formula == "60 + 1,200 + 2,500 + 500"


def test_an_aggregate_holds_those_below_it() -> None:
    rows = put(put(golden(), "capacity", "D", pending_kva=75.0), "capacity", "F", pending_kva=80.0)
    told = told_of(rows | {"claims": []}, "S")
    assert [(line.asset_id, line.kva) for line in told.pending.aggregates] == [("F", 80.0)]
    assert told.steps[3].value_kva == 80.0


def test_every_input_says_its_date_its_label_and_its_source() -> None:
    rows = golden()
    for number, layer in enumerate(("capacity", "feeders", "claims", "main_transformers")):
        for row in rows[layer]:
            row["batch_id"] = number
    sources = {0: "readings.xlsx", 1: "feeders.shp", 2: "claims.xlsx", 3: "transformers.csv"}
    told = explain(work_out(rows), "F", "en", sources)
    inputs = {each.name: each for each in told.inputs}
    assert inputs["peak_a"].source == "readings.xlsx"
    assert inputs["peak_a"].label is Label.MEASURED
    assert inputs["peak_a"].stated_on == date(2026, 9, 30)
    assert inputs["voltage_kv"].source == "feeders.shp"
    assert inputs["derate_feeder"].label is Label.ASSUMED
    assert inputs["derate_feeder"].source == "default 2026.1"
    assert {line.source for line in told.pending.counted} == {"claims.xlsx"}
    assert explain(work_out(rows), "S", "en", sources).inputs[0].source == "transformers.csv"
    assert "readings.xlsx" in told.text()


def test_a_reading_without_a_date_says_so() -> None:
    rows = put(golden(), "capacity", "F", data_date=None)
    assert "(实测, 无日期)" in told_of(rows, "F").text()
    assert "(measured, without a date)" in explain(work_out(rows), "F", "en").text()


def test_an_assumed_power_factor_is_an_input() -> None:
    told = told_of(put(golden(), "capacity", "D", peak_kva=None, peak_kw=190.0), "D")
    assert told.peak_label is Label.ASSUMED
    assert told.steps[1].formula == "190 kW ÷ 0.95"
    factor = told.inputs[-1]
    assert (factor.name, factor.value, factor.label) == ("power_factor", 0.95, Label.ASSUMED)


@pytest.mark.parametrize(
    ("layer", "thing", "values", "what"),
    [
        ("feeders", "F", {"main_transformer_id": None}, ("F", Gap.TRANSFORMER_UNKNOWN)),
        ("capacity", "S", {"data_date": date(2024, 1, 1)}, ("S", Reason.READING_STALE)),
        ("claims", "C4", {"kva": None}, ("S", Gap.CLAIM_WITHOUT_KVA)),
        ("feeders", "F", {"main_transformer_id": None, "substation_id": None}, ("F", Gap.NO_PARENT)),
    ],
)
def test_an_upper_bound_says_what_is_missing(
    layer: str, thing: str, values: Row, what: tuple[str, Gap | Reason]
) -> None:
    told = told_of(put(golden(), layer, thing, **values), "D")
    assert told.upper_bound
    assert what in [(each.asset_id, each.what) for each in told.missing]
    assert "为上界" in told.text()


def test_the_unknown_is_a_dash_and_says_why() -> None:
    told = told_of(put(golden(), "capacity", "F", peak_a=None), "F")
    assert math.isnan(told.effective_kva)
    assert "可开放容量: —" in told.text()
    assert "无数据 (最大负荷缺失)" in told.text()
    assert told.bottleneck_id is None


def test_the_utilitys_own_figure_is_told() -> None:
    rows = put(golden(), "capacity", "F", published_kva=700.0)
    told = told_of(rows, "F")
    assert told.published is not None
    assert told.published.differs
    assert "供电企业公布值: 700 kVA, 2026-09-30, 与计算值相差 54.7 kVA" in told.text()
    shown = explain(
        work_out(rows, parameters=replace(default_parameters(), disclosed="published")), "F", "en"
    )
    assert shown.published is not None
    assert shown.published.disclosed


def test_a_claim_asked_about_is_told_apart() -> None:
    capacity = work_out(golden())
    told = explain(with_claim(capacity, capacity.row_of("D"), 50.0, "P9"), "F", "en")
    assert told.steps[3].formula == "60 + 1,200 + 50"
    assert "Claim asked about (D, site P9): 50 kVA" in told.text()


def test_it_becomes_plain_values() -> None:
    capacity = work_out(put(golden(), "capacity", "F", peak_a=None))
    told = explain(capacity, "D", "en").as_json()
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert told["ancestors"][0]["own_after_kva"] is None
    assert told["missing"] == [{"asset_id": "F", "what": "peak_missing"}]
    assert told["status"] == "tight"


def test_no_such_asset() -> None:
    with pytest.raises(KeyError):
        explain(work_out(golden()), "nothing", "zh")


def test_every_word_is_in_both_languages() -> None:
    for words in (Status, Reason, Label, LimitKind, Loading):
        for word in words:
            assert any("\u4e00" <= letter <= "\u9fff" or letter.isdigit() for letter in word.say("zh"))
            assert word.say("en").isascii()
    assert set(GAP_WORDS) == set(Gap) - {Gap.NONE}
    assert len(LEVEL_WORDS) == 4


@settings(max_examples=60, deadline=None)
@given(random_rows())
def test_words_and_numbers_are_those_of_the_model(rows: Rows) -> None:
    capacity = work_out(rows)
    for row, thing in enumerate(capacity.ids):
        told = explain(capacity, thing, "zh")
        names = ("limit_kva", "peak_kva", "own_before_kva", "pending_kva", "own_after_kva", "effective_kva")
        for step, name in zip(told.steps, names, strict=True):
            figure = getattr(capacity, name)[row]
            assert step.value_kva == figure or (math.isnan(step.value_kva) and math.isnan(figure))
            if not math.isnan(figure):
                assert value_of(step.formula) == pytest.approx(figure, abs=0.6, rel=1e-4)
            else:
                assert step.formula == "—"
        assert bool(told.missing) or not told.upper_bound
        parts = [line.pending_kva for line in told.pending.counted]
        parts += [line.kva for line in told.pending.aggregates]
        assert math.isclose(sum(parts), capacity.pending_kva[row], abs_tol=1e-6)
        chain = capacity.assets.chain(row)[1:]
        lefts = [each.own_after_kva for each in told.ancestors]
        assert np.array_equal(lefts, capacity.own_after_kva[chain], equal_nan=True)
        english = explain(capacity, thing, "en").text().replace("N-1", "")
        assert FIGURES.findall(told.text().replace("N-1", "")) == FIGURES.findall(english)
