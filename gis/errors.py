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

None of them knows the web: the table from class to status is in ``api``. What a request can meet is said
in both languages; the command line speaks English, and so do errors that only a command meets.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import ClassVar, NamedTuple

from gis.words import Words


class Said(NamedTuple):
    """What an error says in both languages; the same twice where it has English words only."""

    detail: Words
    repair: Words
    faults: tuple[Words, ...]


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

    Attributes
    ----------
    said
        All of it in both languages.
    detail, repair, faults
        Its English words.
    """

    title: ClassVar[str] = "Kaimen could not do this"

    def __init__(
        self, detail: str | Words, *, repair: str | Words = "", faults: Sequence[str | Words] = ()
    ) -> None:
        self.said = Said(_both(detail), _both(repair), tuple(_both(each) for each in faults))
        self.detail = self.said.detail.en
        self.repair = self.said.repair.en
        self.faults = tuple(each.en for each in self.said.faults)
        super().__init__(self.detail)

    def sentence(self) -> Words:
        """Return all that it says in one sentence."""
        parts = [each for each in (self.said.detail, *self.said.faults, self.said.repair) if each.en]
        return Words("；".join(each.zh for each in parts), "; ".join(each.en for each in parts))

    def __str__(self) -> str:
        lines = [self.detail, *(f"  - {fault}" for fault in self.faults)]
        if self.repair:
            lines.append(f"Repair: {self.repair}")
        return "\n".join(lines)


def _both(words: str | Words) -> Words:
    return Words(words, words) if isinstance(words, str) else words


class InputError(KaimenError):
    """What the user gave cannot be used."""

    title = "The input cannot be used"


class Faults:
    """Gathers what is wrong with an input, so that all of it is told at once.

    >>> faults = Faults()
    >>> with faults:
    ...     raise InputError("k is 0")
    >>> faults.refuse()
    Traceback (most recent call last):
    gis.errors.InputError: k is 0
    """

    def __init__(self) -> None:
        self._found: list[InputError] = []

    def __enter__(self) -> None:
        """Begin a part of the input."""

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> bool:
        """Keep what the part is refused for, and go on."""
        del kind, trace
        if not isinstance(fault, InputError):
            return False
        self._found.append(fault)
        return True

    def refuse(self) -> None:
        """Refuse the input where anything is wrong with it.

        Raises
        ------
        InputError
            The only error as it is, or one with the faults of all.
        """
        if len(self._found) == 1:
            raise self._found[0]
        if self._found:
            raise InputError(
                Words("请求有多处不符合要求", "the question is not in order"),
                repair=Words("更正所列各项", "correct what is listed"),
                faults=[words for each in self._found for words in each.said.faults or (each.sentence(),)],
            )


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
        detail: str | Words,
        *,
        repair: str | Words = "",
        faults: Sequence[str | Words] = (),
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
