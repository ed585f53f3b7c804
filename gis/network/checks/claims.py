"""Checks of accepted applications (在途申请核查)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from gis.capacity.claims import counted_of, live_on, normal_sites
from gis.figures import figure
from gis.findings import Severity
from gis.network.checks.model import Fault, check, faults
from gis.network.checks.subject import Subject, present, rows_where
from gis.network.columns import Flags

_DAYS = ("accepted", "expires", "energised", "withdrawn")

_MOST = 0.5
"""Share of the sites from which on the sites count as parcel ids."""


def _found(subject: Subject, rows: Sequence[int], words: Sequence[str], repair: str) -> Iterator[Fault]:
    labels = subject.labels("claims", rows)
    messages = [f"Claim {label} {what}." for label, what in zip(labels, words, strict=True)]
    yield from faults(subject, "claims", rows, messages, repair)


def _live(subject: Subject) -> Flags:
    """Return where a claim binds on the day asked: accepted, unexpired, unenergised, not withdrawn."""
    days = {name: subject.days("claims", f"{name}_on") for name in _DAYS}
    return live_on(subject.on, days["accepted"], days["expires"], (days["energised"], days["withdrawn"]))


@check(Severity.WARNING, "一地多份申请")
def two_claims_for_one_site(subject: Subject) -> Iterator[Fault]:
    """Find live claims beside a larger one for the same site; the largest alone counts."""
    sites, kva = subject.texts("claims", "site"), subject.numbers("claims", "kva")
    ids, accepted = subject.ids("claims"), subject.days("claims", "accepted_on")
    rows = np.flatnonzero(_live(subject) & present(sites))
    site = normal_sites(sites[rows])
    counted = counted_of(site, kva[rows], accepted[rows], ids[rows])
    best = dict(zip(site[counted], rows[counted], strict=True))
    words = [
        f"({figure(kva[row])} kVA) is for site {sites[row]}, which claim {ids[best[place]]} "
        f"({figure(float(kva[best[place]]))} kVA) holds already"
        for row, place in zip(rows[~counted], site[~counted], strict=True)
    ]
    repair = "Withdraw the claim that is an alternative; until then the largest counts."
    yield from _found(subject, rows[~counted].tolist(), words, repair)


@check(Severity.ERROR, "申请日期先后颠倒")
def claim_dates_out_of_order(subject: Subject) -> Iterator[Fault]:
    """Find claims that expire, are energised or are withdrawn before they are accepted."""
    accepted = subject.days("claims", "accepted_on")
    for column, word in (
        ("expires_on", "expires"),
        ("energised_on", "is energised"),
        ("withdrawn_on", "is withdrawn"),
    ):
        days = subject.days("claims", column)
        rows = rows_where(days < accepted)
        words = [f"{word} on {days[row]}, before it is accepted on {accepted[row]}" for row in rows]
        yield from _found(subject, rows, words, f"Correct accepted_on or {column}.")


@check(Severity.WARNING, "受理日期在未来")
def claim_in_future(subject: Subject) -> Iterator[Fault]:
    """Find claims accepted after the day asked."""
    accepted = subject.days("claims", "accepted_on")
    rows = rows_where(accepted > subject.today)
    words = [f"is accepted on {accepted[row]}, after {subject.on}" for row in rows]
    yield from _found(
        subject, rows, words, "Correct accepted_on, or leave it if the day asked lies in the past."
    )


@check(Severity.ERROR, "已投运容量超过申请容量")
def claim_ramped_above_kva(subject: Subject) -> Iterator[Fault]:
    """Find claims of which more is in operation than was promised."""
    ramped, promised = subject.numbers("claims", "ramped_kva"), subject.numbers("claims", "kva")
    rows = rows_where(ramped > promised)
    words = [
        f"has {figure(ramped[row])} kVA in operation of {figure(promised[row])} kVA promised" for row in rows
    ]
    yield from _found(subject, rows, words, "Correct ramped_kva or kva.")


@check(Severity.WARNING, "申请已到期未销")
def claim_expired_not_closed(subject: Subject) -> Iterator[Fault]:
    """Find claims that have expired, yet are neither energised nor withdrawn."""
    expires = subject.days("claims", "expires_on")
    closed = ~np.isnat(subject.days("claims", "energised_on"))
    closed |= ~np.isnat(subject.days("claims", "withdrawn_on"))
    rows = rows_where((expires < subject.today) & ~closed)
    words = [f"expired on {expires[row]} and is neither energised nor withdrawn" for row in rows]
    yield from _found(
        subject,
        rows,
        words,
        "Fill in energised_on or withdrawn_on, or extend expires_on; it no longer counts.",
    )


@check(Severity.WARNING, "用电地址不是已知地块")
def claim_site_unknown_parcel(subject: Subject) -> Iterator[Fault]:
    """Find claims whose site is no parcel, where most sites are parcel ids."""
    sites = subject.texts("claims", "site")
    stated = present(sites)
    known = subject.rows_of("parcels", sites) >= 0
    if not stated.any() or known.sum() <= _MOST * stated.sum():
        return
    rows = rows_where(stated & ~known)
    words = [f"names the site {sites[row]}, which is no parcel, as the other sites are" for row in rows]
    yield from _found(subject, rows, words, "Correct the site, or import the parcel.")


CHECKS = (
    two_claims_for_one_site,
    claim_dates_out_of_order,
    claim_in_future,
    claim_ramped_above_kva,
    claim_expired_not_closed,
    claim_site_unknown_parcel,
)
"""Checks of claims."""
