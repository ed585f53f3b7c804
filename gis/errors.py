"""Every error that Kaimen raises on purpose.

The tree::

    KaimenError
    ├── InputError             what the user gave cannot be used
    │   ├── CrsError           a coordinate reference system is missing, unknown or not allowed
    │   ├── TextEncodingError  the bytes of a text are in no encoding that was tried
    │   ├── SourceError        a file is missing, damaged or of no known format
    │   ├── MappingError       columns do not match the layer
    │   ├── UnitError          a number whose unit cannot be told
    │   ├── CalendarError      a calendar of working days, or a limit on it, is not in order
    │   ├── FactsError         facts that a policy is asked about are not in order
    │   └── PolicyError        a policy file is not in order, or there is none of that name
    ├── ClusterError           the private database cannot be made, started or stopped
    ├── DatabaseError          a database cannot be reached or is not ready
    │   └── MissingDataError   the database does not hold what the answer rests on
    ├── StorageError           a disk has no room for what is to be written
    └── ConflictError          somebody else is doing what excludes this
        ├── CapacityError      what is asked for is not open, or not known to be
        └── PublicationError   the data is not fit to be published

None of them knows the web: the table from class to status is in ``api``.
"""

from __future__ import annotations

from typing import ClassVar


class KaimenError(Exception):
    """Something failed that the user can understand and repair.

    Parameters
    ----------
    detail
        One sentence that names the thing.
    repair
        What to do about it, one sentence.
    faults
        Every single fault, where there are several.
    """

    title: ClassVar[str] = "Kaimen could not do this"

    def __init__(self, detail: str, *, repair: str = "", faults: tuple[str, ...] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.repair = repair
        self.faults = faults

    def __str__(self) -> str:
        lines = [self.detail, *(f"  - {fault}" for fault in self.faults)]
        if self.repair:
            lines.append(f"Repair: {self.repair}")
        return "\n".join(lines)


class InputError(KaimenError):
    """What the user gave cannot be used."""

    title = "The input cannot be used"


class CrsError(InputError):
    """A coordinate reference system is missing, unknown or not allowed."""

    title = "The coordinate reference system cannot be used"


class TextEncodingError(InputError):
    """The bytes of a text are in no encoding that was tried."""

    title = "The text cannot be decoded"


class SourceError(InputError):
    """A file is missing, damaged or of no known format."""

    title = "The file cannot be read"


class MappingError(InputError):
    """Columns of a file do not match the columns of the layer."""

    title = "The columns do not match the layer"


class UnitError(InputError):
    """A number whose unit cannot be told."""

    title = "A number has no unit"


class CalendarError(InputError):
    """A calendar of working days, or a limit counted on it, is not in order."""

    title = "The working days cannot be counted"


class FactsError(InputError):
    """Facts that a policy is asked about are of the wrong type, out of range or contradict each other."""

    title = "The facts cannot be used"


class PolicyError(InputError):
    """A policy file is not in order, or there is none of that name."""

    title = "The policy cannot be used"


class ClusterError(KaimenError):
    """The private database cluster cannot be made, started or stopped."""

    title = "The private database is not available"


class DatabaseError(KaimenError):
    """A database cannot be reached or is not ready."""

    title = "The database cannot be used"


class MissingDataError(DatabaseError):
    """The database does not hold what the answer rests on."""

    title = "The data is not there yet"


class StorageError(KaimenError):
    """A disk has no room for what is to be written."""

    title = "There is no room on the disk"


class ConflictError(KaimenError):
    """Somebody else is doing what excludes this."""

    title = "Something else is under way"


class CapacityError(ConflictError):
    """What is asked for is not open at the asset, or not known to be.

    Parameters
    ----------
    detail, repair, faults
        As of every error.
    bottleneck_id
        Asset that leaves the least; None where the open capacity is not known.
    margin_kva
        What it has left, negative where overdrawn; None where not known.
    fits_kva
        The most that would fit; None where not known.
    """

    title = "The open capacity does not allow this"

    def __init__(
        self,
        detail: str,
        *,
        repair: str = "",
        faults: tuple[str, ...] = (),
        bottleneck_id: str | None = None,
        margin_kva: float | None = None,
        fits_kva: float | None = None,
    ) -> None:
        super().__init__(detail, repair=repair, faults=faults)
        self.bottleneck_id = bottleneck_id
        self.margin_kva = margin_kva
        self.fits_kva = fits_kva


class PublicationError(ConflictError):
    """The data is not fit to be published."""

    title = "The edition cannot be published"
