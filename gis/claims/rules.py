"""What is wrong with a request to the register: all faults at once (登记规则)."""

from __future__ import annotations

import math
from datetime import date, timedelta

from gis.capacity.numerals import kva as kva_words
from gis.claims.model import Acceptance, Claim, Remark
from gis.units import MOST_KVA

"""No claim is larger."""


def acceptance_faults(asked: Acceptance, today: date) -> list[str]:
    """Return what is wrong with an application, its asset and the register left aside."""
    faults = [*_text_faults("asset", asked.asset), *_text_faults("site", asked.site)]
    faults += [] if asked.id is None else _text_faults("id", asked.id)
    faults += _kva_faults("kva", asked.kva)
    if asked.expires_on is not None:
        if asked.expires_on < asked.accepted_on:
            faults.append(f"expires_on {asked.expires_on} lies before accepted_on {asked.accepted_on}")
        elif asked.expires_on < today:
            faults.append(f"expires_on {asked.expires_on} is past: the claim would bind on no day to come")
    return faults


def extension_faults(claim: Claim, expires_on: date | None, kva: float | None, today: date) -> list[str]:
    """Return why a claim cannot bind longer, or for more."""
    faults = _closed(claim)
    if expires_on is None and kva is None:
        faults.append("neither a later last day nor a larger capacity is given")
    if expires_on is not None:
        faults += _later_end_faults(claim, expires_on, today)
    elif claim.expires_on is not None and claim.expires_on < today:
        faults.append(f"its last day was {claim.expires_on}; give a later one")
    faults += _larger_faults(claim, kva)
    if claim.asset_id is None:
        faults.append("its asset is not known; correct it by an import")
    return faults


def _later_end_faults(claim: Claim, expires_on: date, today: date) -> list[str]:
    if claim.expires_on is None:
        return ["it has no last day, so that it cannot be extended; withdraw it where it shall end"]
    faults = []
    if expires_on <= claim.expires_on:
        faults.append(f"expires_on {expires_on} is not later than its last day, {claim.expires_on}")
    if expires_on < today:
        faults.append(f"expires_on {expires_on} is past")
    if claim.accepted_on is not None and expires_on < claim.accepted_on:
        faults.append(f"expires_on {expires_on} lies before accepted_on {claim.accepted_on}")
    return faults


def _larger_faults(claim: Claim, kva: float | None) -> list[str]:
    if kva is None:
        return [] if claim.kva is not None else ["it states no kva; give it"]
    faults = _kva_faults("kva", kva)
    if not faults and claim.kva is not None and kva <= claim.kva:
        faults.append(f"kva {kva_words(kva)} is not more than the {kva_words(claim.kva)} kVA it has")
    return faults


def energising_faults(claim: Claim, on: date, ramped_kva: float | None, today: date) -> list[str]:
    """Return why a claim cannot be energised, in full or up to ``ramped_kva``."""
    faults = [*_closed(claim), *_day_faults(claim, "energised", on, today)]
    if ramped_kva is not None:
        wrong = _kva_faults("ramped_kva", ramped_kva)
        before, words = claim.ramped_kva or 0.0, kva_words(ramped_kva)
        if not wrong and claim.kva is not None and ramped_kva > claim.kva:
            wrong.append(f"ramped_kva {words} is more than the {kva_words(claim.kva)} kVA promised")
        if not wrong and ramped_kva <= before:
            wrong.append(f"ramped_kva {words} is not more than the {kva_words(before)} kVA it has already")
        faults += wrong
    return faults


def withdrawal_faults(claim: Claim, on: date, remark: Remark, today: date) -> list[str]:
    """Return why a claim cannot be withdrawn."""
    faults = _closed(claim)
    if withdrawn_from(claim, on, today) == on:
        faults += _day_faults(claim, "withdrawn", on, today)
    return faults if remark.why is not None else [*faults, "why: a withdrawal states its reason"]


def withdrawn_from(claim: Claim, on: date, today: date) -> date:
    """Return the first day on which a withdrawn claim binds no more: one that has not begun never does."""
    begins = claim.accepted_on
    return begins if begins is not None and on <= today < begins else on


def expiry_faults(claim: Claim, on: date) -> list[str]:
    """Return why a claim cannot be recorded as expired on a day."""
    if claim.expires_on is None:
        return [*_closed(claim), "it has no last day and never expires; withdraw it"]
    if claim.expires_on >= on:
        return [*_closed(claim), f"its last day, {claim.expires_on}, is not past on {on}; withdraw it"]
    return _closed(claim)


def expired_from(claim: Claim) -> date:
    """Return the first day on which an expired claim binds no more."""
    if claim.expires_on is None:
        raise ValueError(f"claim {claim.id} never expires")
    return claim.expires_on + timedelta(days=1)


def remark_faults(remark: Remark) -> list[str]:
    """Return what is wrong with who and why."""
    named = (("who", remark.who), ("why", remark.why), ("override", remark.override))
    return [fault for name, words in named if words is not None for fault in _text_faults(name, words)]


def _closed(claim: Claim) -> list[str]:
    if claim.energised_on is not None:
        return [f"it is energised since {claim.energised_on}; accept a new claim for more"]
    if claim.withdrawn_on is not None:
        return [f"it is closed since {claim.withdrawn_on} (withdrawn or expired); accept it anew"]
    return []


def _day_faults(claim: Claim, word: str, on: date, today: date) -> list[str]:
    faults = []
    if claim.accepted_on is not None and on < claim.accepted_on:
        faults.append(f"{word} on {on}, before it is accepted on {claim.accepted_on}")
    if on > today:
        faults.append(f"{word} on {on}, which is yet to come")
    return faults


def _kva_faults(name: str, value: float) -> list[str]:
    if math.isfinite(value) and 0 < value <= MOST_KVA:
        return []
    return [f"{name} {value:g} is not above 0 and at most 1,000,000"]


def is_text(words: str) -> bool:
    """Whether words are a text that the database can hold, and not blank."""
    return (
        bool(words.strip())
        and "\x00" not in words
        and not any("\ud800" <= each <= "\udfff" for each in words)
    )


def _text_faults(name: str, words: str) -> list[str]:
    if is_text(words):
        return []
    return [f"{name} holds what is no text" if words.strip() else f"{name} is empty"]
