"""What may happen to a claim, on a real database."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from api.operations.capacity import worked_out
from api.operations.claims import Recorded, accept, energise, expire, extend, withdraw
from api.operations.register import history_of, register
from gis.capacity.parameters import default_parameters
from gis.claims.model import Acceptance, Remark
from gis.claims.words import State, What
from gis.errors import CapacityError, ConflictError, InputError
from layers.claims.rows import add_claim
from tests.gis.capacity.grids import ON, Rows, golden
from tests.layers.stored_grid import drift, events, store

PARAMETERS = default_parameters()
WHO = Remark("王五")
LAST = date(2026, 12, 31)


@pytest.fixture
def stored(engine: Engine) -> Engine:
    """Store the golden case."""
    store(engine, golden())
    return engine


def take(engine: Engine, asset: str, kva: float, site: str = "P-9", **more: Any) -> Recorded:
    remark = more.pop("remark", WHO)
    return accept(
        engine, Acceptance(asset, site, kva, more.pop("accepted_on", ON), **more), remark, ON, PARAMETERS
    )


def open_at(engine: Engine, asset: str) -> float:
    capacity = worked_out(engine, ON, PARAMETERS)
    return float(capacity.effective_kva[capacity.row_of(asset)])


def faults_of(refused: pytest.ExceptionInfo[InputError]) -> str:
    assert refused.value.repair
    return "\n".join(refused.value.faults)


def count_rows(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(text("select count(*) from grid.claims")) or 0)


def test_an_accepted_claim_takes_its_capacity_and_stands_in_the_ledger(stored: Engine) -> None:
    before = open_at(stored, "F")
    done = take(stored, "F", 600.0, id=" C9 ", remark=Remark("王五", "报装"))
    assert (done.claim.id, done.state, done.event.what) == ("C9", State.COUNTS, What.ACCEPTED)
    assert done.warnings == ()
    assert open_at(stored, "F") == pytest.approx(before - 600.0)
    [event] = history_of(stored, "C9")
    assert event == done.event
    assert (event.who, event.why, event.override, event.effective_on) == ("王五", "报装", None, ON)
    assert (event.state or {})["kva"] == 600
    assert str(event.recorded_at.tzinfo) == "Asia/Shanghai"
    assert drift(stored) == []


def test_a_claim_beyond_the_open_capacity_is_refused_and_leaves_nothing(stored: Engine) -> None:
    with pytest.raises(CapacityError) as refused:
        take(stored, "东湖", 646.0)
    assert (refused.value.bottleneck_id, refused.value.fits_kva) == ("F", 645.2)
    assert refused.value.margin_kva == pytest.approx(645.2559, abs=1e-3)
    assert "feeder F 东湖线 has 645.2 kVA left, 0.8 kVA too little" in refused.value.faults
    assert isinstance(refused.value, ConflictError)
    assert count_rows(stored) == 4
    assert len(events(stored)) == 4
    assert take(stored, "F", refused.value.fits_kva or math.nan).event.what is What.ACCEPTED


def test_every_ancestor_is_looked_at(stored: Engine) -> None:
    with pytest.raises(CapacityError) as refused:
        take(stored, "T2", 7_000.0)
    assert (refused.value.bottleneck_id, refused.value.fits_kva) == ("S", 6_000.0)
    take(stored, "G", 1_500.0)
    take(stored, "T2", 4_500.0, site="P-10")
    with pytest.raises(CapacityError):
        take(stored, "D", 1.0, site="P-11")


def test_an_override_needs_a_reason_and_says_so(stored: Engine) -> None:
    with pytest.raises(InputError) as refused:
        take(stored, "F", 5_000.0, remark=Remark(override="  "))
    assert faults_of(refused) == "override is empty"
    done = take(stored, "F", 7_000.0, remark=Remark(override="重点工程"))
    assert (done.event.override, done.event.why) == ("重点工程", None)
    assert done.fit is not None
    assert not done.fit.fits
    assert done.warnings == ("recorded beyond the open capacity, as an override",)
    with pytest.raises(CapacityError) as overdrawn:
        take(stored, "T2", 5.0, site="P-12")
    assert (overdrawn.value.bottleneck_id, overdrawn.value.fits_kva) == ("S", 0.0)
    assert "nothing more fits here" in overdrawn.value.repair


def test_an_override_that_was_not_needed_is_none(stored: Engine) -> None:
    done = take(stored, "F", 5.0, remark=Remark(override="重点工程"))
    assert (done.event.override, done.event.why) == (None, "重点工程")


def test_unknown_capacity_is_refused_with_the_reason(engine: Engine) -> None:
    rows = golden()
    rows["capacity"] = [each for each in rows["capacity"] if each["asset_id"] != "F"]
    store(engine, rows)
    with pytest.raises(CapacityError, match="is not known, because it has no reading that counts") as refused:
        take(engine, "F", 1.0)
    assert refused.value.bottleneck_id is None
    assert take(engine, "F", 1.0, remark=Remark(override="核实过")).event.override == "核实过"
    below = take(engine, "D", 1.0, site="P-13")
    assert below.warnings == ("the open capacity is an upper bound: something above the asset is not known",)


def test_a_claim_comes_on_top_of_an_aggregate_and_says_that_it_takes_its_place(engine: Engine) -> None:
    rows = golden()
    rows["claims"] = []
    rows["capacity"][3]["pending_kva"] = 1_500.0
    store(engine, rows)
    with pytest.raises(CapacityError) as refused:
        take(engine, "F", 500.0)
    assert refused.value.fits_kva == 405.2
    [warning] = take(engine, "F", 400.0).warnings
    assert warning.startswith("F has an aggregate of pending load, which counts no more")
    assert take(engine, "F", 1.0, site="Q").warnings == ()


def test_all_faults_of_an_application_at_once(stored: Engine) -> None:
    asked = Acceptance("东湖站", " ", -5.0, date(2026, 12, 1), date(2026, 11, 30), "C1")
    with pytest.raises(InputError) as refused:
        accept(stored, asked, Remark(who="\x00", why=""), ON, PARAMETERS)
    assert faults_of(refused) == (
        "site is empty\n"
        "kva -5 is not above 0 and at most 1,000,000\n"
        "expires_on 2026-11-30 lies before accepted_on 2026-12-01\n"
        "who holds what is no text\n"
        "why is empty\n"
        "asset '东湖站' is not known; nearest: F 东湖线, S 东湖变电站\n"
        "id 'C1' is taken by another claim"
    )
    with pytest.raises(InputError, match="cannot be accepted") as refused:
        accept(stored, replace(asked, asset="\udcff", id="\udcff", kva=math.nan), WHO, ON, PARAMETERS)
    assert "id holds what is no text" in faults_of(refused)
    assert "kva nan" in faults_of(refused)
    with pytest.raises(InputError) as refused:
        take(stored, "F", 1.0, accepted_on=date(2026, 1, 1), expires_on=date(2026, 11, 20))
    assert "is past" in faults_of(refused)
    assert len(events(stored)) == 4


def test_ids_are_made_and_skip_those_that_are_taken(stored: Engine) -> None:
    take(stored, "F", 1.0, id="K2026-000002")
    made = [take(stored, "F", 1.0, site=f"Q{n}").claim.id for n in range(2)]
    assert made == ["K2026-000001", "K2026-000003"]


def test_of_one_site_the_largest_counts_however_it_is_written(stored: Engine) -> None:
    first = open_at(stored, "F")
    assert take(stored, "F", 200.0, site="Ｐ－8 8").state is State.COUNTS
    smaller = take(stored, "F", 150.0, site="P-88", id="C8")
    assert (smaller.state, smaller.instead) == (State.ALTERNATIVE, "K2026-000001")
    assert open_at(stored, "F") == pytest.approx(first - 200.0)
    larger = take(stored, "F", 640.0, site=" p-88".upper(), id="C9")
    assert larger.state is State.COUNTS
    assert open_at(stored, "F") == pytest.approx(first - 640.0)
    with pytest.raises(CapacityError):
        take(stored, "F", 646.0, site="P-88")


def test_extending_and_growing_check_what_they_add(stored: Engine) -> None:
    take(stored, "F", 600.0, id="C9", expires_on=LAST)
    take(stored, "F", 600.0, site="Q", id="C10", accepted_on=date(2027, 1, 1))
    with pytest.raises(CapacityError) as refused:
        extend(stored, "C9", date(2027, 1, 1), None, WHO, ON, PARAMETERS)
    assert "on 2027-01-01" in refused.value.detail
    assert refused.value.fits_kva == 0
    with pytest.raises(CapacityError) as refused:
        extend(stored, "C9", None, 650.0, WHO, ON, PARAMETERS)
    assert refused.value.fits_kva == 645.2
    done = extend(stored, "C9", None, 640.0, WHO, ON, PARAMETERS)
    assert (done.claim.kva, done.event.what, done.event.effective_on) == (640.0, What.EXTENDED, ON)
    gone = withdraw(stored, "C10", ON, Remark(why="退"), ON, PARAMETERS)
    assert (gone.claim.withdrawn_on, gone.state) == (date(2027, 1, 1), State.WITHDRAWN), "it never begins"
    assert extend(stored, "C9", date(2028, 1, 1), None, WHO, ON, PARAMETERS).claim.expires_on == date(
        2028, 1, 1
    )
    beyond = extend(stored, "C9", None, 9_000.0, Remark(override="增容批复"), ON, PARAMETERS)
    assert beyond.event.override == "增容批复"
    assert drift(stored) == []


def test_an_extension_has_its_own_faults(stored: Engine) -> None:
    take(stored, "F", 600.0, id="C9", expires_on=LAST)
    with pytest.raises(InputError) as refused:
        extend(stored, "C9", date(2026, 11, 1), 10.0, Remark(who=" "), ON, PARAMETERS)
    assert faults_of(refused) == (
        "expires_on 2026-11-01 is not later than its last day, 2026-12-31\n"
        "expires_on 2026-11-01 is past\n"
        "expires_on 2026-11-01 lies before accepted_on 2026-11-21\n"
        "kva 10 is not more than the 600 kVA it has\n"
        "who is empty"
    )
    with pytest.raises(InputError, match="claim 'C99' is not known; nearest: C9") as refused:
        extend(stored, "C99", LAST, None, WHO, ON, PARAMETERS)
    with pytest.raises(InputError) as refused:
        extend(stored, "C1", LAST, None, WHO, ON, PARAMETERS)
    assert "it has no last day" in faults_of(refused)


def test_energising_a_part_keeps_the_rest_pending_and_in_full_ends_it(stored: Engine) -> None:
    before = open_at(stored, "F")
    done = energise(stored, "C2", ON, 1_000.0, WHO, ON, PARAMETERS)
    assert (done.event.what, done.claim.ramped_kva, done.claim.energised_on) == (What.RAMPED, 1_000.0, None)
    assert open_at(stored, "F") == pytest.approx(before + 1_000.0)
    with pytest.raises(InputError) as refused:
        energise(stored, "C2", date(2026, 12, 24), 900.0, WHO, ON, PARAMETERS)
    assert faults_of(refused) == (
        "energised on 2026-12-24, which is yet to come\n"
        "ramped_kva 900 is not more than the 1,000 kVA it has already"
    )
    done = energise(stored, "C2", date(2026, 11, 20), 1_200.0, WHO, ON, PARAMETERS)
    assert (done.event.what, done.claim.energised_on, done.state) == (
        What.ENERGISED,
        date(2026, 11, 20),
        State.ENERGISED,
    )
    assert energise(stored, "C3", ON, None, WHO, ON, PARAMETERS).claim.ramped_kva is None
    for again in (
        lambda: energise(stored, "C2", ON, None, WHO, ON, PARAMETERS),
        lambda: extend(stored, "C2", LAST, None, WHO, ON, PARAMETERS),
        lambda: withdraw(stored, "C2", ON, Remark(why="x"), ON, PARAMETERS),
        lambda: expire(stored, ON, WHO, ON, "C2"),
    ):
        with pytest.raises(InputError) as refused:
            again()
        assert "it is energised since 2026-11-20" in faults_of(refused)
    assert drift(stored) == []


def test_withdrawing_names_the_alternative_that_steps_in_and_what_it_overdraws(stored: Engine) -> None:
    take(stored, "G", 700.0, site="P-7", id="C7")
    take(stored, "F", 640.0, site="P-7", id="C8")
    take(stored, "F", 600.0, site="P-8")
    with pytest.raises(InputError) as refused:
        withdraw(stored, "C7", date(2026, 1, 1), Remark(), ON, PARAMETERS)
    assert faults_of(refused) == (
        "withdrawn on 2026-01-01, before it is accepted on 2026-11-21\nwhy: a withdrawal states its reason"
    )
    done = withdraw(stored, "C7", ON, Remark(why="客户撤回"), ON, PARAMETERS)
    assert (done.state, done.event.why) == (State.WITHDRAWN, "客户撤回")
    assert done.warnings == (
        "claim C8 for the same site counts from now on; withdraw it where the site needs it no more",
        "F is 594.7 kVA beyond its limit",
    )


def test_expiring_closes_what_is_past_and_nothing_else(engine: Engine) -> None:
    rows: Rows = golden()
    for claim, last in zip(rows["claims"], (date(2026, 11, 20), ON, date(2026, 11, 1), None), strict=True):
        claim["expires_on"] = last
    store(engine, rows)
    before = open_at(engine, "F")
    for thing, words in (("C2", "is not past on 2026-11-21"), ("C4", "never expires")):
        with pytest.raises(InputError) as refused:
            expire(engine, ON, WHO, ON, thing)
        assert words in faults_of(refused)
    with pytest.raises(InputError) as refused:
        expire(engine, date(2027, 1, 1), WHO, ON)
    assert faults_of(refused) == "2027-01-01 is yet to come"
    [event] = expire(engine, ON, WHO, ON, "C1")
    assert (event.what, event.effective_on) == (What.EXPIRED, ON)
    assert [(each.claim_id, each.effective_on) for each in expire(engine, ON, WHO, ON)] == [
        ("C3", date(2026, 11, 2))
    ]
    assert expire(engine, ON, WHO, ON) == []
    assert open_at(engine, "F") == before
    assert register(engine, ON, PARAMETERS).standing.state.tolist() == [
        State.EXPIRED,
        State.COUNTS,
        State.EXPIRED,
        State.COUNTS,
    ]
    with pytest.raises(InputError) as refused:
        extend(engine, "C1", LAST, None, WHO, ON, PARAMETERS)
    assert "closed since 2026-11-21" in faults_of(refused)
    assert drift(engine) == []


def test_the_register_of_an_asset_and_of_a_past_day(stored: Engine) -> None:
    take(stored, "D", 10.0, id="C9")
    found = register(stored, ON, PARAMETERS, asset="东湖线")
    assert found.claims["id"].tolist() == ["C1", "C2", "C9"]
    assert found.standing.pending_kva.tolist() == [60.0, 1_200.0, 10.0]
    now = history_of(stored, "C9")[0].recorded_at.date()
    assert len(register(stored, ON, PARAMETERS, as_known=now).claims) == 5
    assert len(register(stored, ON, PARAMETERS, as_known=date(2020, 1, 1)).claims) == 0
    with pytest.raises(InputError, match="asset 'Q' is not known"):
        register(stored, ON, PARAMETERS, asset="Q")
    with pytest.raises(InputError, match="claim 'Q' is not known"):
        history_of(stored, "Q")


@pytest.mark.parametrize(("failures", "gets_through"), [(4, True), (5, False)])
def test_others_in_the_way_are_waited_for_a_few_times(
    stored: Engine, monkeypatch: pytest.MonkeyPatch, failures: int, gets_through: bool
) -> None:
    left = [failures]

    def disturbed(*given: Any) -> None:
        add_claim(*given)
        if left[0]:
            left[0] -= 1
            with given[0].begin_nested():
                given[0].execute(text("do $$ begin raise exception 'x' using errcode = '40P01'; end $$"))

    monkeypatch.setattr("api.operations.claims.add_claim", disturbed)
    if gets_through:
        assert take(stored, "F", 600.0).event.what is What.ACCEPTED
        assert len(events(stored)) == 5
        return
    with pytest.raises(ConflictError, match="again and again"):
        take(stored, "F", 600.0)
    assert (count_rows(stored), len(events(stored))) == (4, 4)


def test_another_failure_is_not_tried_again(stored: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    def broken(*given: Any) -> None:
        tried.append(given)
        given[0].execute(text("do $$ begin raise exception 'x' using errcode = '53100'; end $$"))

    monkeypatch.setattr("api.operations.claims.add_claim", broken)
    with pytest.raises(OperationalError):
        take(stored, "F", 600.0)
    assert len(tried) == 1
