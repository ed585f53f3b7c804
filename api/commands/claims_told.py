"""What ``kaimen claims`` prints."""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

import click
from rich.console import Console
from rich.table import Table

from api.commands.terminal import answer, say
from api.operations.claims import Recorded
from api.operations.register import Register
from gis.capacity.numerals import kva as kva_words
from gis.claims.fit import Fit
from gis.claims.model import Claim
from gis.claims.words import State
from layers.claims.ledger import Event

_SHOWN: Final = 200
_BINDING: Final = frozenset({State.COUNTS, State.ALTERNATIVE, State.UNPLACED})


def tell_recorded(done: Recorded, *, as_json: bool) -> None:
    """Print what was recorded."""
    if as_json:
        answer(
            {
                "claim": asdict(done.claim),
                "event": _event(done.event),
                "state": done.state,
                "instead": done.instead,
                "capacity": None if done.fit is None else _fit(done.fit),
                "warnings": done.warnings,
            }
        )
        return
    claim = done.claim
    click.echo(
        f"Claim {claim.id} is {done.event.what.en} ({done.event.what.zh}): {_kva(claim.kva)} kVA at"
        f" {claim.asset_id or '—'} for {claim.site or '—'}, effective {done.event.effective_on}"
    )
    if done.instead is not None:
        click.echo(f"  an alternative: claim {done.instead} counts for its site")
    if done.fit is not None and not done.fit.unknown:
        left = f"{kva_words(done.fit.spare_kva)} kVA are left"
        click.echo(f"  {left}, {done.fit.bottleneck_id} is the bottleneck ({done.fit.day})")
    for warning in done.warnings:
        say(f"Warning: {warning}")


def tell_expired(events: Sequence[Event], *, as_json: bool) -> None:
    """Print which claims were closed."""
    if as_json:
        answer({"expired": [event.claim_id for event in events], "events": [_event(each) for each in events]})
        return
    for event in events:
        click.echo(f"Claim {event.claim_id} is closed since {event.effective_on}")
    say(f"{len(events)} claims have expired")


def tell_register(found: Register, *, everything: bool, as_json: bool) -> None:
    """Print the claims that bind on the day, or all of them."""
    rows = _rows(found)
    shown = [row for row in rows if everything or row["state"] in _BINDING]
    if as_json:
        answer({"on": found.on, "as_known": found.as_known, "claims": shown})
        return
    heads = ("id", "asset", "site", "kVA", "counts kVA", "accepted", "expires", "state")
    _draw(heads, [_register_row(row) for row in shown[:_SHOWN]])
    if len(shown) > _SHOWN:
        say(f"… and {len(shown) - _SHOWN:,} more; --json tells them all")
    totals = Counter(row["state"] for row in rows)
    told = ", ".join(f"{number:,} {state.en}" for state, number in totals.items())
    say(f"{found.on}: {told or 'no claims'}")


def tell_history(claim_id: str, events: Sequence[Event], *, as_json: bool) -> None:
    """Print what happened to a claim."""
    if as_json:
        answer({"id": claim_id, "events": [_event(each) for each in events]})
        return
    heads = ("recorded", "what", "effective", "who", "why", "kVA", "last day", "source")
    _draw(heads, [_history_row(each) for each in events])


def _register_row(row: dict[str, Any]) -> tuple[Any, ...]:
    state: State = row["state"]
    return (
        row["id"],
        row["asset_id"],
        row["site"],
        _kva(row["kva"]),
        _kva(row["pending_kva"]),
        row["accepted_on"],
        row["expires_on"],
        f"{state.en} {state.zh}" + (f" ({row['instead']})" if row["instead"] else ""),
    )


def _history_row(event: Event) -> tuple[Any, ...]:
    state = event.state or {}
    reasons = (event.why, f"override: {event.override}" if event.override else None)
    return (
        f"{event.recorded_at:%Y-%m-%d %H:%M:%S}",
        f"{event.what.en} {event.what.zh}",
        event.effective_on,
        event.who,
        "; ".join(reason for reason in reasons if reason),
        _kva(state.get("kva")),
        state.get("expires_on"),
        event.source,
    )


def _event(event: Event) -> dict[str, Any]:
    return asdict(event) | {"what": event.what.value, "recorded_at": event.recorded_at.isoformat()}


def _fit(fit: Fit) -> dict[str, Any]:
    told: dict[str, Any] = _known(asdict(fit))
    return told | {"fits": fit.fits, "left_kva": _known(fit.spare_kva)}


def _rows(found: Register) -> list[dict[str, Any]]:
    told = found.standing
    rows = found.claims[list(Claim.__slots__)].astype(object).to_dict("records")
    return [
        _known(row) | {"state": state, "pending_kva": float(pending), "instead": instead}
        for row, state, pending, instead in zip(rows, told.state, told.pending_kva, told.instead, strict=True)
    ]


def _known(value: Any) -> Any:  # noqa: ANN401  # a tree of plain values
    """Return a tree of plain values with null for what is not known."""
    if isinstance(value, dict):
        return {name: _known(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_known(each) for each in value]
    return None if isinstance(value, float) and math.isnan(value) else value


def _kva(value: float | None) -> str:
    return "—" if value is None else kva_words(value)


def _draw(heads: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    table = Table()
    for head in heads:
        table.add_column(head, overflow="fold", justify="right" if "kVA" in head else "left")
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row))
    Console(width=None if sys.stdout.isatty() else 140, markup=False, highlight=False).print(table)
