"""Files of arrays as they are mapped, replaced, cut off, damaged, killed and raced."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra import numpy as of_numpy
from numpy.typing import NDArray

from gis.errors import KaimenError
from layers.array_file import alone_in, read_arrays, require_writable, verify, write_arrays

ROOT = os.geteuid() == 0
ARRAYS: dict[str, NDArray[Any]] = {
    "x": np.linspace(0.0, 1.0, 1001),
    "none": np.zeros((0, 7), dtype=np.int32),
    "one": np.array(42, dtype=np.int64),
    "flags": np.array([True, False, True]),
    "column": np.asfortranarray(np.arange(12, dtype=np.int16).reshape(3, 4)),
    "every other": np.arange(10, dtype=np.float32)[::2],
    "foreign": np.arange(3, dtype=">f8"),
    "days": np.array(["2026-11-21", "NaT"], dtype="datetime64[D]"),
    "words": np.array(["开门", "接电 a"]),
    "名称": np.array([np.nan, -0.0, np.inf]),
}


@pytest.fixture
def reachable() -> Iterator[Path]:
    """Give a folder that every user can reach, unlike pytest's own."""
    made = Path(tempfile.mkdtemp(prefix="kaimen-test-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "made" / "kind.arrays"


def same(one: NDArray[Any], other: NDArray[Any]) -> bool:
    return (one.dtype, one.shape, one.tobytes()) == (other.dtype, other.shape, other.tobytes())


def read(path: Path, key: str = "k1") -> dict[str, NDArray[Any]]:
    found = read_arrays(path, key)
    assert found is not None
    return found


def test_arrays_come_back_to_the_byte_as_ordinary_ones(path: Path) -> None:
    write_arrays(path, ARRAYS, "k1")
    found = read(path)
    assert list(found) == list(ARRAYS)
    for name, array in ARRAYS.items():
        assert same(found[name], array), name
        assert found[name].flags.c_contiguous
        assert found[name].ctypes.data % 64 == 0
        assert found[name].flags.writeable
        assert type(found[name]) is np.ndarray
    kinds = {numba.typeof(x) for x in (found["x"], np.array(ARRAYS["x"]))}  # type: ignore[no-untyped-call]  # of numba
    assert len(kinds) == 1  # one compiled kernel for both
    assert verify(path, "k1")
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_what_is_written_into_an_array_stays_there(path: Path) -> None:
    write_arrays(path, ARRAYS, "k1")
    whole = path.read_bytes()
    mine, another = read(path), read(path)
    for array in mine.values():
        array.reshape(-1).view(np.uint8)[...] = 0x5A
    assert all(array.tobytes() == b"\x5a" * array.nbytes for array in mine.values())
    for found in (another, read(path)):
        assert all(same(found[name], array) for name, array in ARRAYS.items())
    del mine, array
    assert path.read_bytes() == whole
    assert verify(path, "k1")


def test_a_file_may_hold_nothing(path: Path) -> None:
    for arrays in ({}, {"none": np.zeros(0)}):
        write_arrays(path, arrays, "k1")
        assert list(read(path)) == list(arrays)
        assert verify(path, "k1")


@settings(deadline=None, max_examples=100)
@given(
    array=of_numpy.arrays(
        of_numpy.scalar_dtypes(), of_numpy.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=5)
    )
)
def test_any_array_comes_back(tmp_path_factory: pytest.TempPathFactory, array: NDArray[Any]) -> None:
    path = tmp_path_factory.getbasetemp() / "any.arrays"
    write_arrays(path, {"before": np.arange(3, dtype=np.int8), "any": array}, "k1")
    assert same(read(path)["any"], array)


@pytest.mark.parametrize(
    "array",
    [np.array([None, "a"]), np.zeros(2, dtype=[("a", "f8"), ("b", "i4")])],
    ids=["objects", "records"],
)
def test_what_cannot_be_stored_is_named_and_nothing_written(path: Path, array: NDArray[Any]) -> None:
    write_arrays(path, ARRAYS, "k1")
    with pytest.raises(TypeError, match="odd is of type"):
        write_arrays(path, {"odd": array}, "k2")
    assert verify(path, "k1")


def test_who_has_the_old_file_mapped_keeps_it(path: Path) -> None:
    write_arrays(path, ARRAYS, "k1")
    old = read(path)
    write_arrays(path, {"x": np.zeros(5)}, "k2")
    assert all(same(old[name], array) for name, array in ARRAYS.items())
    assert read_arrays(path, "k1") is None
    assert same(read(path, "k2")["x"], np.zeros(5))


def test_what_is_no_file_of_this_key_is_none(path: Path) -> None:
    assert read_arrays(path, "k1") is None
    write_arrays(path, ARRAYS, "k1")
    for key in ("k2", "", "k"):
        assert read_arrays(path, key) is None
        assert not verify(path, key)
    whole = path.read_bytes()
    for foreign in (b"", b"SQLite format 3\0" * 100, bytes(len(whole)), whole[1:]):
        path.write_bytes(foreign)
        assert read_arrays(path, "k1") is None
    path.unlink()
    path.mkdir()
    assert read_arrays(path, "k1") is None


def test_a_file_cut_off_anywhere_or_longer_is_none(path: Path) -> None:
    write_arrays(path, ARRAYS, "k1")
    whole = path.read_bytes()
    for length in [*range(256), *range(256, len(whole), 61), len(whole) - 1]:
        path.write_bytes(whole[:length])
        assert read_arrays(path, "k1") is None, length
        assert not verify(path, "k1")
    path.write_bytes(whole + b"\0")
    assert read_arrays(path, "k1") is None


def test_a_damaged_header_is_none_and_damaged_data_is_found_by_verify(path: Path) -> None:
    write_arrays(path, ARRAYS, "k1")
    whole = path.read_bytes()
    header_end = 20 + int.from_bytes(whole[12:16], "little")
    data = len(whole) - sum(-(-array.nbytes // 64) * 64 for array in ARRAYS.values())
    for at in range(0, header_end, 3):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x11]) + whole[at + 1 :])
        assert read_arrays(path, "k1") is None, at
    for at in [*range(data, len(whole), 997), len(whole) - 1]:
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x01]) + whole[at + 1 :])
        assert read_arrays(path, "k1") is not None, at
        assert not verify(path, "k1"), at


def test_another_version_of_the_format_is_none(path: Path) -> None:
    write_arrays(path, ARRAYS, "k1")
    whole = path.read_bytes()
    path.write_bytes(
        whole[:8] + (int.from_bytes(whole[8:12], "little") + 1).to_bytes(4, "little") + whole[12:]
    )
    assert read_arrays(path, "k1") is None


KILLED = """
import os, sys, time
from pathlib import Path
import numpy as np
from layers.array_file import write_arrays

def stop(descriptor):
    print("half-way", flush=True)
    time.sleep(60)

os.fsync = stop
write_arrays(Path(sys.argv[1]), {"x": np.ones(100_000)}, "k2")
"""


def test_a_writer_killed_half_way_leaves_the_old_file(path: Path) -> None:
    write_arrays(path, ARRAYS, "k1")
    with subprocess.Popen([sys.executable, "-c", KILLED, path], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "half-way"
        os.kill(process.pid, signal.SIGKILL)
    assert verify(path, "k1")
    [left] = [each for each in path.parent.iterdir() if each != path]
    write_arrays(path, ARRAYS, "k3")
    assert left.exists()  # it may be a writer's that is still at work
    an_hour_ago = time.time() - 3700
    os.utime(left, (an_hour_ago, an_hour_ago))
    write_arrays(path, ARRAYS, "k3")
    assert [each.name for each in path.parent.iterdir()] == [path.name]


FULL = """
import resource, sys
from pathlib import Path
import numpy as np
from gis.errors import KaimenError
from layers.array_file import write_arrays

resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
try:
    write_arrays(Path(sys.argv[1]), {"x": np.ones(100_000)}, "k2")
except KaimenError as fault:
    print(fault)
"""


def test_a_disk_without_room_is_told_and_the_old_file_stays(path: Path) -> None:
    write_arrays(path, ARRAYS, "k1")
    told = subprocess.run([sys.executable, "-c", FULL, path], capture_output=True, text=True, check=True)
    assert f"{path} cannot be written" in told.stdout
    assert "free space" in told.stdout
    assert verify(path, "k1")
    assert [each.name for each in path.parent.iterdir()] == [path.name]


@contextmanager
def as_plain_user(folder: Path) -> Iterator[None]:
    """Let this process be one that may read a folder and not write into it."""
    folder.chmod(0o555)
    if ROOT:
        os.seteuid(pwd.getpwnam("nobody").pw_uid)
    try:
        yield
    finally:
        if ROOT:
            os.seteuid(0)
        folder.chmod(0o755)


def test_a_folder_that_cannot_be_written_is_told_and_read_all_the_same(reachable: Path) -> None:
    path = reachable / "made" / "kind.arrays"
    write_arrays(path, ARRAYS, "k1")
    with as_plain_user(path.parent):
        assert verify(path, "k1")
        with pytest.raises(KaimenError, match=r"kind.arrays cannot be written: Permission denied") as told:
            write_arrays(path, ARRAYS, "k2")
        with pytest.raises(KaimenError, match="made cannot be written"):
            require_writable(path.parent)
        with pytest.raises(KaimenError, match="deeper cannot be written"):
            require_writable(path.parent / "deeper")
    assert "KAIMEN_HOME" in told.value.repair
    assert verify(path, "k1")


def hold(folder: Path, waiting: Callable[[], None]) -> None:
    with alone_in(folder, waiting):
        pass


def test_what_stands_in_the_way_is_told(path: Path) -> None:
    path.parent.write_text("a file where the folder should be")
    actions: tuple[Callable[[], None], ...] = (
        lambda: write_arrays(path, ARRAYS, "k1"),
        lambda: require_writable(path.parent),
        lambda: hold(path.parent, lambda: None),
    )
    for action in actions:
        with pytest.raises(KaimenError, match="cannot be written") as told:
            action()
        assert "move away" in told.value.repair
    path.parent.unlink()
    path.mkdir(parents=True)
    with pytest.raises(KaimenError, match="Is a directory"):
        write_arrays(path, ARRAYS, "k1")
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_folder_is_held_by_one_at_a_time(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "held"
    told, order = threading.Event(), []

    def second() -> None:
        with alone_in(folder, told.set):
            order.append("second")

    waiting = threading.Thread(target=second)
    with alone_in(folder, lambda: pytest.fail("nobody holds it")):
        waiting.start()
        assert told.wait(30)
        order.append("first")
    waiting.join(30)
    assert order == ["first", "second"]


def test_a_folder_made_anew_while_waiting_is_held_anew(tmp_path: Path) -> None:
    folder = tmp_path / "held"
    told, inside, leave = threading.Event(), threading.Event(), threading.Event()

    def second() -> None:
        with alone_in(folder, told.set):
            inside.set()
            assert leave.wait(30)

    waiting = threading.Thread(target=second)
    with alone_in(folder, lambda: None):
        waiting.start()
        assert told.wait(30)
        folder.rename(tmp_path / "moved")
    assert inside.wait(30)
    refused = threading.Event()
    third = threading.Thread(target=hold, args=(folder, refused.set))
    third.start()
    assert refused.wait(30), "the new folder is not held"
    leave.set()
    waiting.join(30)
    third.join(30)


HOLDER = """
import sys, time
from pathlib import Path
from layers.array_file import alone_in

with alone_in(Path(sys.argv[1]), lambda: None):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_killed_process_lets_go(tmp_path: Path) -> None:
    told: list[bool] = []
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, tmp_path], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "held"
        threading.Timer(0.2, lambda: os.kill(process.pid, signal.SIGKILL)).start()
        with alone_in(tmp_path, lambda: told.append(True)):
            assert told == [True]
