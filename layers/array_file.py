"""Named arrays in one file that is mapped into memory, so that processes share the pages they only read.

The file: a prefix (magic, format, length and CRC-32 of the header), a header in JSON (key, size and CRC-32 of
the data; name, type, shape and offset of each array), and the data: the arrays, each at a multiple of 64
bytes. A new file takes the place of the old one whole or not at all; who has the old one mapped keeps it.
"""

from __future__ import annotations

import errno
import fcntl
import json
import mmap
import os
import secrets
import struct
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from gis.errors import KaimenError
from layers.disk import roomy

AnyArray = NDArray[Any]

_MAGIC: Final = b"KAIMENAR"
_FORMAT: Final = 1
_PREFIX: Final = struct.Struct("<8sIII")
_ALIGNMENT: Final = 64
_PART: Final = ".part"
_LEFTOVER_S: Final = 3600.0

_IN_THE_WAY: Final = "move away what stands there, or choose another folder by KAIMEN_HOME"
_NO_RIGHT: Final = (
    "give the user who runs this the right to write there, or choose another folder by KAIMEN_HOME"
)
_REPAIRS: Final[Mapping[int, str]] = dict.fromkeys((errno.EEXIST, errno.ENOTDIR, errno.EISDIR), _IN_THE_WAY)


@dataclass(frozen=True, slots=True)
class _Mapped:
    """A file of ours that is whole by its size: its bytes, its header, and where its arrays begin."""

    memory: mmap.mmap
    header: dict[str, Any]
    begin: int


def write_arrays(path: Path, arrays: Mapping[str, AnyArray], key: str) -> None:
    """Write arrays into one file that takes the place of the one there when it is whole.

    What killed writers left in the folder more than an hour ago is removed.

    Parameters
    ----------
    path
        The file; its folder is made where it is missing.
    arrays
        Name -> array of any shape, of a type that numpy describes by one word: no objects, no records.
    key
        What the arrays were made of; `read_arrays` asks for it.

    Raises
    ------
    StorageError
        There is no room for it.
    KaimenError
        The folder or the file cannot be written.
    TypeError
        An array is of a type that cannot be stored; it is named.
    """
    stored = {name: _contiguous(name, array) for name, array in arrays.items()}
    part = path.with_name(f".{path.name}-{secrets.token_hex(8)}{_PART}")
    with _writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with part.open("xb") as stream:
                _write(stream, stored, key)
                stream.flush()
                os.fsync(stream.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        with _open_folder(path.parent) as folder:
            os.fsync(folder)
        _remove_leftovers(path)


def read_arrays(path: Path, key: str) -> dict[str, AnyArray] | None:
    """Return the arrays of a file, mapped.

    They can be written to, and what is written stays with these arrays: neither the file nor what others
    have mapped changes. (A kernel would be compiled a second time for arrays that are read-only.)

    Returns
    -------
    dict or None
        Name -> array; None where the file is missing, cannot be opened, was made for another key or by
        another version, was cut off, or has a damaged header.
    """
    mapped = _map(path)
    if mapped is None or mapped.header["key"] != key:
        return None
    return {
        name: np.ndarray(shape, np.dtype(kind), mapped.memory, mapped.begin + offset)
        for name, (kind, shape, offset) in mapped.header["arrays"].items()
    }


def verify(path: Path, key: str) -> bool:
    """Return whether the file fits the key and every byte of its data is as it was written."""
    mapped = _map(path)
    if mapped is None or mapped.header["key"] != key:
        return False
    with memoryview(mapped.memory) as view, view[mapped.begin :] as data:
        return bool(zlib.crc32(data) == mapped.header["crc"])


def require_writable(folder: Path) -> None:
    """Make the folder where it is missing.

    Raises
    ------
    KaimenError
        It cannot be made, or nothing can be written into it.
    """
    with _writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK | os.X_OK, effective_ids=True):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


@contextmanager
def alone_in(folder: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold a folder alone against every other process that asks for it so; a killed one lets go.

    Parameters
    ----------
    folder
        Made where it is missing.
    waiting
        Called once where another process holds it.

    Raises
    ------
    KaimenError
        The folder cannot be made or opened.
    """
    told = False
    while True:
        with _writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            if not _try_lock(lock):
                if not told:
                    waiting()
                told = True
                fcntl.flock(lock, fcntl.LOCK_EX)
            # While waiting, the folder may have been removed and made anew.
            if folder.exists() and os.path.samestat(os.fstat(lock), folder.stat()):
                yield
                return
        finally:
            os.close(lock)


def _try_lock(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _open_folder(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Turn what the system refuses into an error that names the path and the repair."""
    try:
        with roomy(path):
            yield
    except OSError as fault:
        raise KaimenError(
            f"{path} cannot be written: {fault.strerror or fault}",
            repair=_REPAIRS.get(fault.errno or 0, _NO_RIGHT),
        ) from fault


def _contiguous(name: str, array: AnyArray) -> AnyArray:
    kind = array.dtype
    if kind.hasobject or kind.names or kind.subdtype or not kind.itemsize or np.dtype(kind.str) != kind:
        raise TypeError(f"{name} is of type {kind}, which cannot be stored")
    return np.asarray(array, order="C")


def _aligned(size: int) -> int:
    return -(-size // _ALIGNMENT) * _ALIGNMENT


def _bytes_of(array: AnyArray) -> memoryview:
    return array.reshape(-1).view(np.uint8).data


def _write(stream: BinaryIO, arrays: Mapping[str, AnyArray], key: str) -> None:
    entries: dict[str, tuple[str, tuple[int, ...], int]] = {}
    crc = size = 0
    for name, array in arrays.items():
        entries[name] = (array.dtype.str, array.shape, size)
        crc = zlib.crc32(_padding(array.nbytes), zlib.crc32(_bytes_of(array), crc))
        size += _aligned(array.nbytes)
    header = json.dumps({"key": key, "size": size, "crc": crc, "arrays": entries}).encode("ascii")
    stream.write(_PREFIX.pack(_MAGIC, _FORMAT, len(header), zlib.crc32(header)))
    stream.write(header)
    stream.write(_padding(_PREFIX.size + len(header)))
    for array in arrays.values():
        stream.write(_bytes_of(array))
        stream.write(_padding(array.nbytes))


def _padding(size: int) -> bytes:
    return bytes(_aligned(size) - size)


def _map(path: Path) -> _Mapped | None:
    # What cannot be opened is made anew, and what stands in the way is told by the writing.
    with suppress(OSError), path.open("rb") as stream:
        prefix = stream.read(_PREFIX.size)
        if len(prefix) < _PREFIX.size:
            return None
        magic, version, length, crc = _PREFIX.unpack(prefix)
        size = os.fstat(stream.fileno()).st_size
        if (magic, version) != (_MAGIC, _FORMAT) or length > size:
            return None
        text = stream.read(length)
        if zlib.crc32(text) != crc:
            return None
        header: dict[str, Any] = json.loads(text)
        begin = _aligned(_PREFIX.size + length)
        if begin + header["size"] != size:
            return None
        return _Mapped(mmap.mmap(stream.fileno(), size, access=mmap.ACCESS_COPY), header, begin)
    return None


def _remove_leftovers(path: Path) -> None:
    for part in path.parent.glob(f".{path.name}-*{_PART}"):
        with suppress(FileNotFoundError):  # somebody else has removed it
            if time.time() - part.stat().st_mtime > _LEFTOVER_S:
                part.unlink()
