"""Text encodings (文本编码): what a file is written in, found by its bytes and never by guessing.

Strict UTF-8 comes first, strict GB18030 second; bytes that are neither are refused and the user is asked.
GBK, GB2312 and code page 936 are read as GB18030, which holds them all.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from gis.errors import SourceError, TextEncodingError
from layers.sources.staging import Stage


@dataclass(frozen=True, slots=True)
class Encoding:
    """A text encoding: its name for people, and Python's codec."""

    name: str
    codec: str


UTF_8 = Encoding("UTF-8", "utf-8")
GB18030 = Encoding("GB18030", "gb18030")
DETECTED = (UTF_8, GB18030)
"""What is tried where a file says nothing, in this order."""

_CHINESE = {
    "GBK": "GBK",
    "936": "GBK",
    "GB2312": "GB2312",
    "EUCCN": "GB2312",
    "GB18030": "GB18030",
    "54936": "GB18030",
}
_UTF_8_WORDS = frozenset({"UTF8", "65001", "UTF8BOM", "UTF8SIG"})
_LOCAL = frozenset({"", "OEM", "ANSI", "SYSTEM", "DEFAULT"})
_JOINERS = re.compile(r"[\s_\-.:]+")
_CODE_PAGE = re.compile(r"(?:CP|MS|WINDOWS|WIN|ANSI|OEM|DOS)(\d+)")
_BLOCK = 1 << 20
_SHOWN_BYTES = 12


def named_encoding(words: str) -> Encoding | None:
    """Return the encoding that words of a user or a ``.cpg`` file stand for.

    Returns
    -------
    Encoding
        None where the words only say "the system's own" (``OEM``, ``ANSI``), which tells nothing.

    Raises
    ------
    TextEncodingError
        No such encoding is known.

    Examples
    --------
    >>> named_encoding("ANSI 936"), named_encoding("utf8").name, named_encoding("OEM")
    (Encoding(name='GBK', codec='gb18030'), 'UTF-8', None)
    """
    plain = _JOINERS.sub("", words).upper()
    plain = match[1] if (match := _CODE_PAGE.fullmatch(plain)) else plain
    if plain in _LOCAL:
        return None
    if plain in _UTF_8_WORDS:
        return UTF_8
    if plain in _CHINESE:
        return Encoding(_CHINESE[plain], "gb18030")
    spellings = [f"cp{plain}"] if plain.isdigit() else []
    spellings += [words.strip(), f"iso-{plain[:4]}-{plain[4:]}" if plain.isdigit() else plain]
    for spelling in spellings:
        try:
            b"a".decode(spelling)
        except (LookupError, UnicodeError):
            continue
        return Encoding(codecs.lookup(spelling).name.upper(), codecs.lookup(spelling).name)
    detail = f"{words.strip()!r} is no encoding that is known."
    raise TextEncodingError(detail, repair="Name it with --encoding, for example gbk or utf-8.")


def shown_bytes(data: bytes) -> str:
    """Return bytes as people compare them: ``B1 E4 B5``."""
    return data[:_SHOWN_BYTES].hex(" ").upper()


def detect_file(path: Path, stated: str | None) -> Encoding:
    """Find the encoding of a text file by reading all of it.

    Parameters
    ----------
    path
        The file.
    stated
        What the user gave with ``--encoding``; it wins, and must fit every byte.

    Raises
    ------
    TextEncodingError
        The bytes do not fit; names the line, the bytes and the encoding that would fit.
    """
    wanted = named_encoding(stated) if stated else None
    if wanted is None:
        return _detected(path)
    if _fits(path, wanted.codec):
        return wanted
    fitting = [
        each.name.lower() for each in DETECTED if each.codec != wanted.codec and _fits(path, each.codec)
    ]
    repair = (
        f"Use --encoding {fitting[0]}, or none." if fitting else "Ask who made the file for its encoding."
    )
    detail = f"{path.name} is not {wanted.name} throughout: {_place(path, wanted.codec)}."
    raise TextEncodingError(detail, repair=repair)


def _detected(path: Path) -> Encoding:
    with path.open("rb") as file:
        if file.read(2) in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
            if _fits(path, "utf-16"):
                return Encoding("UTF-16", "utf-16")
            raise TextEncodingError(
                f"{path.name} begins as UTF-16 but is damaged.", repair="Export it as UTF-8."
            )
    for each in DETECTED:
        if _fits(path, each.codec):
            return each
    raise TextEncodingError(
        f"{path.name} is neither UTF-8 nor GB18030:",
        repair="Name the encoding with --encoding, or export the file as UTF-8.",
        faults=tuple(f"{each.name}: {_place(path, each.codec)}" for each in DETECTED),
    )


def refuse_nul(path: Path, encoding: Encoding) -> None:
    """Raise SourceError where a text file holds a NUL byte, which no text has."""
    if encoding.codec.startswith("utf-16"):
        return
    line = 1
    for block in _blocks(path):
        at = block.find(b"\0")
        if at >= 0:
            line += block.count(b"\n", 0, at)
            detail = f"{path.name} holds a NUL byte in line {line}: it is no text, damaged, or UTF-16."
            raise SourceError(detail, repair="Export it again as UTF-8, or try --encoding utf-16-le.")
        line += block.count(b"\n")


def open_text(path: Path, encoding: Encoding) -> TextIO:
    """Open a text file with its line ends as they are, without a byte order mark."""
    codec = "utf-8-sig" if encoding.codec == "utf-8" else encoding.codec
    return path.open(encoding=codec, newline="")


def as_utf8(path: Path, stated: str | None) -> tuple[Path, Encoding, Stage | None]:
    """Return a file with the same text in UTF-8: itself, or a copy in a temporary folder.

    Returns
    -------
    tuple
        The file to read, the encoding of the original, and what keeps the copy alive (None without one).
    """
    encoding = detect_file(path, stated)
    if encoding.codec == "utf-8":
        return path, encoding, None
    stage = Stage()
    copy = stage.folder / f"{path.stem}{path.suffix.lower()}"
    with open_text(path, encoding) as source, copy.open("w", encoding="utf-8", newline="") as target:
        while block := source.read(_BLOCK):
            target.write(block)
    return copy, encoding, stage


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block


def _fits(path: Path, codec: str) -> bool:
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        for block in _blocks(path):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _place(path: Path, codec: str) -> str:
    """Describe the first bytes that do not fit; a line end is never part of a character of these codecs."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode(codec)
            except UnicodeDecodeError as fault:
                return f"line {number} holds the bytes {shown_bytes(line[fault.start :])}"
    return "its end is cut"
