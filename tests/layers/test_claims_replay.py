"""Whatever happens to the claims: they are the ledger replayed; and what was known once stays known."""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from api.operations.claims import accept, energise, expire, extend, withdraw
from gis.calendar import CHINA
from gis.capacity.parameters import default_parameters
from gis.claims.model import Acceptance, Remark
from gis.errors import CapacityError, InputError
from layers.claims.ledger import claims_before
from layers.database import driver
from layers.intake.request import ImportRequest, Watch
from layers.intake.run import run_import
from layers.queries.grid import read_layer
from tests.gis.capacity.grids import ON, golden
from tests.layers.stored_grid import drift, store

PARAMETERS = default_parameters()
NUMBERS = count()
WHO = Remark(why="随机")

CLAIM = st.sampled_from(["A", "B", "C"])
ASSET = st.sampled_from(["F", "G", "D", "T2"])
KVA = st.sampled_from([30.0, 200.0, 900.0])
DAY = st.sampled_from([None, date(2026, 11, 20), date(2026, 12, 31), date(2027, 6, 30)])
FIRST = st.sampled_from([date(2026, 11, 1), ON])

STEP = st.one_of(
    st.tuples(st.just("accept"), CLAIM, ASSET, KVA, FIRST, DAY),
    st.tuples(st.just("extend"), CLAIM, KVA, DAY),
    st.tuples(st.just("energise"), CLAIM, st.one_of(st.none(), KVA)),
    st.tuples(st.just("withdraw"), CLAIM),
    st.tuples(st.just("expire"), st.one_of(st.none(), CLAIM)),
    st.tuples(st.just("import"), st.lists(st.tuples(CLAIM, ASSET, KVA, DAY), max_size=3), st.booleans()),
    st.tuples(st.just("asset goes or comes"), st.booleans()),
    st.tuples(st.just("fail")),
)


def do(engine: Engine, folder: Path, step: tuple[Any, ...]) -> None:
    """Do one step; what is refused leaves everything as it is."""
    name, rest = step[0], step[1:]
    try:
        if name == "accept":
            thing, asset, kva, first, last = rest
            remark = Remark(override="随机" if kva > 500 else None)
            accept(engine, Acceptance(asset, f"P-{kva}", kva, first, last, thing), remark, ON, PARAMETERS)
        elif name == "extend":
            extend(engine, rest[0], rest[2], rest[1], WHO, ON, PARAMETERS)
        elif name == "energise":
            energise(engine, rest[0], ON, rest[1], WHO, ON, PARAMETERS)
        elif name == "withdraw":
            withdraw(engine, rest[0], ON, WHO, ON, PARAMETERS)
        elif name == "expire":
            expire(engine, ON, WHO, ON, rest[0])
        elif name == "import":
            bring_claims(engine, folder, *rest)
        elif name == "asset goes or comes":
            rows = ["T1,S,50000", "T2,S,50000"][: 1 + rest[0]]
            bring(engine, folder, "main_transformers", ["id,substation,额定容量(kVA)", *rows], replace=True)
        else:
            with engine.connect() as connection, connection.begin():
                connection.execute(text("delete from grid.claims"))
                connection.rollback()
    except (CapacityError, InputError):
        pass  # refused: the law below holds all the same


def bring_claims(engine: Engine, folder: Path, rows: list[tuple[Any, ...]], replace: bool) -> None:
    once = {row[0]: row for row in rows}.values()
    lines = [f"{thing},{asset},P-{kva},{kva},2026-06-01,{day or ''}" for thing, asset, kva, day in once]
    bring(
        engine,
        folder,
        "claims",
        ["id,asset,site,申请容量(kVA),accepted_on,expires_on", *lines],
        replace=replace,
    )


def bring(engine: Engine, folder: Path, layer: str, lines: list[str], *, replace: bool) -> None:
    path = folder / f"{layer}{next(NUMBERS)}.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    run_import(
        engine, ImportRequest(layer, (path,), replace=replace), Watch(lambda done, total: None, lambda: None)
    )


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, min_size=3, max_size=8))
def test_the_claims_are_the_ledger_replayed(
    engine: Engine, tmp_path: Path, steps: list[tuple[Any, ...]]
) -> None:
    with engine.begin() as connection:
        fresh = connection.scalar(text("select not exists (select from grid.assets)"))
    if fresh:
        store(engine, golden())
    past: list[tuple[datetime, pd.DataFrame]] = []
    for step in steps:
        do(engine, tmp_path, step)
        assert drift(engine) == []
        with engine.connect() as connection, driver(connection) as raw:
            moment = connection.scalar(text("select clock_timestamp()"))
            assert isinstance(moment, datetime)
            past.append((moment + timedelta(microseconds=1), read_layer(raw, "claims")))
        time.sleep(0.001)
    with engine.connect() as connection:
        for moment, frame in past:
            pd.testing.assert_frame_equal(claims_before(connection, moment.astimezone(CHINA)), frame)
