"""A claim (在途申请) and what may be asked of the register."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Claim:
    """An accepted application as the register holds it; None for what is not stated.

    Attributes
    ----------
    id
        Its id.
    asset_id
        Asset it was promised at; None where the asset is not known.
    site
        What it is for, as given; of the claims of one site the largest counts.
    kva
        Capacity promised.
    accepted_on, expires_on
        First and last day it binds.
    energised_on, withdrawn_on
        Day from which on it binds no more.
    ramped_kva
        Part that already shows in the metered peak.
    """

    id: str
    asset_id: str | None
    site: str | None
    kva: float | None
    accepted_on: date | None
    expires_on: date | None = None
    energised_on: date | None = None
    withdrawn_on: date | None = None
    ramped_kva: float | None = None

    def binds_on(self, day: date) -> bool:
        """Whether it binds on a day: accepted, unexpired, neither energised nor withdrawn."""
        ended = any(end is not None and end <= day for end in (self.energised_on, self.withdrawn_on))
        over = self.expires_on is not None and self.expires_on < day
        early = self.accepted_on is not None and self.accepted_on > day
        return not (ended or over or early)


@dataclass(frozen=True, slots=True)
class Acceptance:
    """An application to accept.

    Attributes
    ----------
    asset
        Id of the asset, or its name where that is clear.
    site
        Site: parcel, address or project.
    kva
        Capacity to promise.
    accepted_on, expires_on
        First and last day it is to bind; no end where None.
    id
        Its id; one is made where None.
    """

    asset: str
    site: str
    kva: float
    accepted_on: date
    expires_on: date | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """Who records something, and why.

    Attributes
    ----------
    who
        Name of the person; the database's login where None.
    why
        Free words.
    override
        Reason for accepting beyond the open capacity (超限受理), where it does not fit.
    """

    who: str | None = None
    why: str | None = None
    override: str | None = None
