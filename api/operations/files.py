"""Files that are written for the user, whole or not at all, and files of settings that the user gives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from gis.errors import InputError
from layers.disk import roomy


def settings_text(path: Path) -> str:
    """Return the text of a settings file; a byte order mark, as Windows writes it, is left out.

    Raises
    ------
    InputError
        It is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as fault:
        raise InputError(f"{path} is not UTF-8", repair="save it as UTF-8") from fault


def require_suffix(path: Path, suffix: str) -> None:
    """Refuse a file name that does not end in the suffix of what is written.

    Raises
    ------
    InputError
        Where it ends in something else.
    """
    if path.suffix.lower() != suffix:
        raise InputError(f"{path} does not end in {suffix}", repair=f"give a file name that ends in {suffix}")


def refuse_endings(files: Sequence[Path], endings: Sequence[str], what: str) -> None:
    """Refuse files that end in none of the endings.

    Raises
    ------
    InputError
        With every such file.
    """
    wrong = tuple(str(each) for each in files if each.suffix.lower() not in endings)
    if wrong:
        raise InputError(
            f"these are no files of {what}", repair=f"end names in {', '.join(endings)}", faults=wrong
        )


@contextmanager
def whole_file(path: Path, suffix: str) -> Iterator[Path]:
    """Give a path to write to, which takes the place of the wanted one when it is whole.

    Raises
    ------
    StorageError
        There is no room for it.
    InputError
        Where the name does not end in the suffix, or the folder or the file cannot be written.
    """
    require_suffix(path, suffix)
    try:
        with roomy(path), TemporaryDirectory(prefix=".kaimen-", dir=path.absolute().parent) as folder:
            part = Path(folder) / path.name
            yield part
            part.replace(path)
    except OSError as fault:
        raise InputError(
            f"{path} cannot be written: {fault.strerror or fault}",
            repair="name a file in a folder that is there and can be written to",
        ) from fault
