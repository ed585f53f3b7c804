"""``kaimen claims``: the register of accepted applications."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from api.clock import today
from api.commands.claims_told import tell_expired, tell_history, tell_recorded, tell_register
from api.commands.terminal import json_option
from api.operations.capacity import parameters_from
from api.operations.claims import accept, energise, expire, extend, withdraw
from api.operations.database import connected
from api.operations.register import history_of, register
from api.settings import Settings
from gis.claims.model import Acceptance, Remark

_Command = Callable[..., Any]

parameters_option = click.option(
    "--parameters",
    "parameter_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="TOML with a utility's own coefficients; see docs/capacity.md.",
)


def day_option(name: str, words: str) -> Callable[[_Command], _Command]:
    """Return an option that takes a day."""
    return click.option(f"--{name}", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", help=words)


def day_of(given: datetime | None) -> date | None:
    """Return the day of an option, None where it is not given."""
    return None if given is None else given.date()


def _remarked(command: _Command) -> _Command:
    """Add ``--who`` and ``--why``."""
    who = click.option("--who", metavar="NAME", help="Who records it; the database's login by default.")
    return who(click.option("--why", metavar="TEXT", help="Why.")(command))


_overridden = click.option(
    "--override", metavar="REASON", help="Record it even where it does not fit, for this reason."
)


@click.group("claims", help="Accept applications, and follow them until they are energised.")
def claims() -> None:
    """Group the commands of the register."""


@claims.command("accept", help="Accept an application where it fits, and take the capacity.")
@click.option("--asset", required=True, metavar="ID", help="Asset to connect to (id, or a clear name).")
@click.option("--site", required=True, metavar="S", help="Parcel, address or project; one claim each counts.")
@click.option("--kva", required=True, type=float, metavar="N", help="Capacity to promise.")
@click.option("--id", "claim_id", metavar="ID", help="The claim's id; one is made by default.")
@day_option("accepted-on", "First day it binds; today by default.")
@day_option("expires-on", "Last day it binds; no end by default.")
@_remarked
@_overridden
@parameters_option
@json_option
@click.pass_obj
def accept_(  # noqa: PLR0913  # the options of one command
    settings: Settings,
    /,
    *,
    asset: str,
    site: str,
    kva: float,
    claim_id: str | None,
    accepted_on: datetime | None,
    expires_on: datetime | None,
    who: str | None,
    why: str | None,
    override: str | None,
    parameter_file: Path | None,
    as_json: bool,
) -> None:
    """Accept an application."""
    on = today()
    asked = Acceptance(asset, site, kva, day_of(accepted_on) or on, day_of(expires_on), claim_id)
    parameters = parameters_from(parameter_file)
    with connected(settings) as engine:
        done = accept(engine, asked, Remark(who, why, override), on, parameters)
    tell_recorded(done, as_json=as_json)


@claims.command("extend", help="Let a claim bind longer, or for more; what that adds has to fit.")
@click.argument("claim_id", metavar="ID")
@day_option("expires-on", "Its new last day.")
@click.option("--kva", type=float, metavar="N", help="Its new, larger capacity.")
@_remarked
@_overridden
@parameters_option
@json_option
@click.pass_obj
def extend_(  # noqa: PLR0913  # the options of one command
    settings: Settings,
    /,
    *,
    claim_id: str,
    expires_on: datetime | None,
    kva: float | None,
    who: str | None,
    why: str | None,
    override: str | None,
    parameter_file: Path | None,
    as_json: bool,
) -> None:
    """Extend a claim."""
    if expires_on is None and kva is None:
        raise click.UsageError("give --expires-on DAY, or --kva N, or both")
    parameters = parameters_from(parameter_file)
    remark = Remark(who, why, override)
    with connected(settings) as engine:
        done = extend(engine, claim_id, day_of(expires_on), kva, remark, today(), parameters)
    tell_recorded(done, as_json=as_json)


@claims.command("energise", help="Record that a claim is energised, in full or so far up to N kVA.")
@click.argument("claim_id", metavar="ID")
@day_option("on", "The day; today by default.")
@click.option("--ramped-kva", type=float, metavar="N", help="What is in operation by now, of a part.")
@_remarked
@parameters_option
@json_option
@click.pass_obj
def energise_(
    settings: Settings,
    /,
    *,
    claim_id: str,
    on: datetime | None,
    ramped_kva: float | None,
    who: str | None,
    why: str | None,
    parameter_file: Path | None,
    as_json: bool,
) -> None:
    """Energise a claim."""
    day, parameters = day_of(on) or today(), parameters_from(parameter_file)
    with connected(settings) as engine:
        done = energise(engine, claim_id, day, ramped_kva, Remark(who, why), today(), parameters)
    tell_recorded(done, as_json=as_json)


@claims.command("withdraw", help="Record that a claim is withdrawn, and why.")
@click.argument("claim_id", metavar="ID")
@day_option("on", "The day; today by default.")
@click.option("--why", required=True, metavar="TEXT", help="Why.")
@click.option("--who", metavar="NAME", help="Who records it; the database's login by default.")
@parameters_option
@json_option
@click.pass_obj
def withdraw_(
    settings: Settings,
    /,
    *,
    claim_id: str,
    on: datetime | None,
    who: str | None,
    why: str,
    parameter_file: Path | None,
    as_json: bool,
) -> None:
    """Withdraw a claim."""
    day, parameters = day_of(on) or today(), parameters_from(parameter_file)
    with connected(settings) as engine:
        done = withdraw(engine, claim_id, day, Remark(who, why), today(), parameters)
    tell_recorded(done, as_json=as_json)


@claims.command("expire", help="Close the claims whose last day is past, or the one of this ID.")
@click.argument("claim_id", metavar="[ID]", required=False)
@day_option("on", "The day asked; today by default.")
@_remarked
@json_option
@click.pass_obj
def expire_(
    settings: Settings,
    /,
    *,
    claim_id: str | None,
    on: datetime | None,
    who: str | None,
    why: str | None,
    as_json: bool,
) -> None:
    """Expire claims."""
    with connected(settings) as engine:
        events = expire(engine, day_of(on) or today(), Remark(who, why), today(), claim_id)
    tell_expired(events, as_json=as_json)


@claims.command("list", help="List the claims that bind on a day.")
@click.option("--asset", metavar="ID", help="Only those at this asset and below it.")
@day_option("as-known", "The register as it was at the end of this day (Asia/Shanghai).")
@day_option("on", "The day asked; the one of --as-known, else today, by default.")
@click.option("--all", "everything", is_flag=True, help="Those that bind no more, or not yet, as well.")
@parameters_option
@json_option
@click.pass_obj
def list_(
    settings: Settings,
    /,
    *,
    asset: str | None,
    as_known: datetime | None,
    on: datetime | None,
    everything: bool,
    parameter_file: Path | None,
    as_json: bool,
) -> None:
    """List claims."""
    known, parameters = day_of(as_known), parameters_from(parameter_file)
    day = day_of(on) or known or today()
    with connected(settings) as engine:
        found = register(engine, day, parameters, asset=asset, as_known=known)
    tell_register(found, everything=everything, as_json=as_json)


@claims.command("history", help="Tell what happened to a claim, and who recorded it when and why.")
@click.argument("claim_id", metavar="ID")
@json_option
@click.pass_obj
def history(settings: Settings, claim_id: str, as_json: bool) -> None:
    """Tell the history of a claim."""
    with connected(settings) as engine:
        events = history_of(engine, claim_id)
    tell_history(claim_id, events, as_json=as_json)
