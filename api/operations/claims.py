"""The claims register (在途登记): each change in one transaction, with its event in the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Engine

from gis.capacity.claims import normal_sites
from gis.capacity.numerals import kva as kva_words
from gis.capacity.open_capacity import margins, open_capacity
from gis.capacity.parameters import CapacityParameters
from gis.claims.fit import Fit, fit
from gis.claims.model import Acceptance, Claim, Remark
from gis.claims.refusal import refusal
from gis.claims.rules import (
    acceptance_faults,
    energising_faults,
    expired_from,
    expiry_faults,
    extension_faults,
    is_text,
    remark_faults,
    withdrawal_faults,
    withdrawn_from,
)
from gis.claims.standing import standing
from gis.claims.words import State, What
from gis.errors import InputError
from gis.network.model import Grid
from layers.claims.ledger import Event, record
from layers.claims.locks import hold_assets, hold_register, hold_site
from layers.claims.rows import (
    add_claim,
    change_claim,
    claim_of,
    close_expired,
    free_id,
    is_taken,
    nearest_ids,
)
from layers.claims.surroundings import assets_of_site, roots_of, surroundings
from layers.claims.transaction import in_transaction
from layers.queries.assets import find_asset


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was recorded.

    Attributes
    ----------
    claim
        As it is now.
    event
        As it stands in the ledger.
    state
        What the claim is on the day.
    instead
        The claim of its site that counts in its place, for an alternative.
    fit
        How it fits, on the day that is the worst for it; None where it adds nothing.
    warnings
        What somebody should look at.
    """

    claim: Claim
    event: Event
    state: State
    instead: str | None
    fit: Fit | None
    warnings: tuple[str, ...]


def accept(
    engine: Engine, asked: Acceptance, remark: Remark, today: date, parameters: CapacityParameters
) -> Recorded:
    """Accept an application where it fits at its asset and at everything above, and take the capacity.

    Parameters
    ----------
    engine
        The database.
    asked
        The application.
    remark
        Who, why, and for an override its reason: then it is recorded though it does not fit.
    today
        Its readings count; days before it do not matter.
    parameters
        Coefficients of the open capacity.

    Raises
    ------
    InputError
        With every fault of the application.
    CapacityError
        It goes beyond the open capacity, or that is not known.
    """

    def work(connection: Connection) -> Recorded:
        hold_register(connection)
        faults = [*acceptance_faults(asked, today), *remark_faults(remark)]
        found = find_asset(connection, asked.asset.strip())
        faults += [found.fault] if found.fault and asked.asset.strip() else []
        if asked.id is not None and is_text(asked.id) and is_taken(connection, asked.id.strip()):
            faults.append(f"id {asked.id!r} is taken by another claim")
        _refuse(faults, "the application cannot be accepted")
        made = asked.id.strip() if asked.id else free_id(connection, asked.accepted_on)
        wanted = Claim(made, found.id, asked.site.strip(), asked.kva, asked.accepted_on, asked.expires_on)
        grid = _around(connection, wanted, today)
        return _take(connection, grid, wanted, None, remark, today, parameters, found.level)

    return in_transaction(engine, work)


def extend(
    engine: Engine,
    claim_id: str,
    expires_on: date | None,
    kva: float | None,
    remark: Remark,
    today: date,
    parameters: CapacityParameters,
) -> Recorded:
    """Let a claim bind longer, or for more; what that adds has to fit.

    Raises
    ------
    InputError, CapacityError
        As for `accept`.
    """

    def work(connection: Connection) -> Recorded:
        held, grid = _held(connection, claim_id, today)
        faults = [*extension_faults(held, expires_on, kva, today), *remark_faults(remark)]
        _refuse(faults, f"claim {claim_id} cannot be extended")
        wanted = replace(
            held,
            expires_on=held.expires_on if expires_on is None else expires_on,
            kva=held.kva if kva is None else kva,
        )
        return _take(connection, grid, wanted, held, remark, today, parameters)

    return in_transaction(engine, work)


def energise(
    engine: Engine,
    claim_id: str,
    on: date,
    ramped_kva: float | None,
    remark: Remark,
    today: date,
    parameters: CapacityParameters,
) -> Recorded:
    """Record that a claim is energised since a day, in full, or so far up to ``ramped_kva``.

    Raises
    ------
    InputError
        With every fault.
    """

    def work(connection: Connection) -> Recorded:
        held, grid = _held(connection, claim_id, today)
        faults = [*energising_faults(held, on, ramped_kva, today), *remark_faults(remark)]
        _refuse(faults, f"claim {claim_id} cannot be energised")
        if ramped_kva is None:
            now, what = replace(held, energised_on=on), What.ENERGISED
        elif ramped_kva == held.kva:
            now, what = replace(held, energised_on=on, ramped_kva=ramped_kva), What.ENERGISED
        else:
            now, what = replace(held, ramped_kva=ramped_kva), What.RAMPED
        return _release(connection, grid, now, what, on, remark, today, parameters)

    return in_transaction(engine, work)


def withdraw(
    engine: Engine, claim_id: str, on: date, remark: Remark, today: date, parameters: CapacityParameters
) -> Recorded:
    """Record that a claim is withdrawn since a day, and why.

    Raises
    ------
    InputError
        With every fault.
    """

    def work(connection: Connection) -> Recorded:
        held, grid = _held(connection, claim_id, today)
        faults = [*withdrawal_faults(held, on, remark, today), *remark_faults(remark)]
        _refuse(faults, f"claim {claim_id} cannot be withdrawn")
        since = withdrawn_from(held, on, today)
        now = replace(held, withdrawn_on=since)
        return _release(connection, grid, now, What.WITHDRAWN, since, remark, today, parameters)

    return in_transaction(engine, work)


def expire(engine: Engine, on: date, remark: Remark, today: date, claim_id: str | None = None) -> list[Event]:
    """Close the claims whose last day lies before a day, or one of them; it changes no open capacity.

    Raises
    ------
    InputError
        The day is yet to come, or the claim is closed or binds on it.
    """

    def work(connection: Connection) -> list[Event]:
        hold_register(connection)
        faults = remark_faults(remark)
        faults += [f"{on} is yet to come"] if on > today else []
        if claim_id is None:
            _refuse(faults, "no claims can be recorded as expired")
            return record(connection, close_expired(connection, on), What.EXPIRED, None, remark)
        held = _known(connection, claim_id, hold=True)
        _refuse([*expiry_faults(held, on), *faults], f"claim {claim_id} cannot be recorded as expired")
        change_claim(connection, claim_id, withdrawn_on=expired_from(held))
        return record(connection, [claim_id], What.EXPIRED, None, remark)

    return in_transaction(engine, work)


def _refuse(faults: Sequence[str], detail: str) -> None:
    if faults:
        raise InputError(detail, faults=tuple(faults), repair="correct what is named; nothing was recorded")


def _known(connection: Connection, claim_id: str, *, hold: bool = False) -> Claim:
    claim = claim_of(connection, claim_id, hold=hold) if is_text(claim_id) else None
    if claim is None:
        raise unknown_claim(connection, claim_id)
    return claim


def unknown_claim(connection: Connection, claim_id: str) -> InputError:
    """Return the error for an id that no claim has."""
    near = nearest_ids(connection, claim_id)
    known = f"nearest: {', '.join(near)}" if near else "no claim is like it"
    return InputError(f"claim {claim_id!r} is not known; {known}", repair="kaimen claims list names them all")


def _held(connection: Connection, claim_id: str, today: date) -> tuple[Claim, Grid]:
    """Return a claim that nobody else can change any more, and what lies around it."""
    hold_register(connection)
    seen = _known(connection, claim_id)
    grid = _around(connection, seen, today)
    return _known(connection, claim_id, hold=True), grid


def _around(connection: Connection, claim: Claim, today: date) -> Grid:
    """Keep out whoever takes capacity where the claims of the site stand, and read what there is."""
    site = _site(claim)
    near = set() if claim.asset_id is None else {claim.asset_id}
    if site is not None:
        hold_site(connection, site)
        near |= set(assets_of_site(connection, site, today))
    roots = roots_of(connection, near)
    hold_assets(connection, roots)
    return surroundings(connection, roots, today)


def _site(claim: Claim) -> str | None:
    made: str | None = normal_sites(np.array([claim.site], dtype=object))[0] if claim.site else None
    return made


def _take(
    connection: Connection,
    grid: Grid,
    wanted: Claim,
    held: Claim | None,
    remark: Remark,
    today: date,
    parameters: CapacityParameters,
    level: str = "",
) -> Recorded:
    """Record a claim as wanted if what it adds to the one held fits, or else as an override."""
    found = fit(grid, wanted, held, today, parameters)
    fits = found is None or found.fits
    if found is not None and not fits and remark.override is None:
        raise refusal(wanted, found)
    if fits and remark.override is not None:  # nothing was overridden; its words are kept
        remark = replace(remark, why=remark.why or remark.override, override=None)
    if held is None:
        add_claim(connection, wanted, level)
        what, since = What.ACCEPTED, wanted.accepted_on
    else:
        change_claim(connection, wanted.id, expires_on=wanted.expires_on, kva=wanted.kva)
        what, since = What.EXTENDED, today
    [event] = record(connection, [wanted.id], what, since, remark)
    state, instead, _ = _standing(grid, wanted, today, parameters)
    warnings = () if found is None else tuple(_fit_warnings(found))
    return Recorded(wanted, event, state, instead, found, warnings)


def _fit_warnings(found: Fit) -> list[str]:
    words = []
    if not found.fits:
        words.append("recorded beyond the open capacity, as an override")
    if found.upper_bound:
        words.append("the open capacity is an upper bound: something above the asset is not known")
    words += [
        f"{each} has an aggregate of pending load, which counts no more now that a claim stands there;"
        " import the claims it is made of"
        for each in found.superseded
    ]
    return words


def _release(
    connection: Connection,
    grid: Grid,
    now: Claim,
    what: What,
    on: date,
    remark: Remark,
    today: date,
    parameters: CapacityParameters,
) -> Recorded:
    """Record a claim that binds less than before, and tell which alternative steps in."""
    change_claim(
        connection,
        now.id,
        energised_on=now.energised_on,
        withdrawn_on=now.withdrawn_on,
        ramped_kva=now.ramped_kva,
    )
    [event] = record(connection, [now.id], what, on, replace(remark, override=None))
    state, instead, winner = _standing(grid, now, today, parameters)
    warnings = _stepping_in(grid, now, winner, today, parameters) if state is not State.COUNTS else ()
    return Recorded(now, event, state, instead, None, warnings)


def _standing(
    grid: Grid, claim: Claim, today: date, parameters: CapacityParameters
) -> tuple[State, str | None, str | None]:
    """Return what a claim is, the claim that counts in its place, and the one that counts for its site."""
    frame, site = grid["claims"], _site(claim)
    same = [row for row in frame.to_dict("records") if row["id"] != claim.id and site is not None]
    sites = normal_sites(np.array([row["site"] for row in same], dtype=object))
    rivals = [row for row, each in zip(same, sites.tolist(), strict=True) if each == site]
    table = pd.DataFrame([*rivals, asdict(claim)]).astype(object)
    told = standing(table, today, parameters)
    counting = [
        str(thing) for thing, each in zip(table["id"], told.state, strict=True) if each is State.COUNTS
    ]
    return told.state[-1], told.instead[-1], counting[0] if counting else None


def _stepping_in(
    grid: Grid, gone: Claim, winner: str | None, today: date, parameters: CapacityParameters
) -> tuple[str, ...]:
    """Tell which alternative counts from now on, and what it overdraws."""
    if winner is None:
        return ()
    rest = grid["claims"]
    rest = rest[rest["id"] != gone.id].reset_index(drop=True)
    capacity = open_capacity(Grid({**grid.frames, "claims": rest}), today, parameters)
    asset = str(rest.loc[rest["id"] == winner, "asset_id"].iloc[0])
    over = [
        f"{capacity.ids[row]} is {kva_words(-left)} kVA beyond its limit"
        for row, left in margins(capacity, capacity.row_of(asset))
        if left < 0
    ]
    words = (
        f"claim {winner} for the same site counts from now on; withdraw it where the site needs it no more"
    )
    return (words, *over)
