"""ZIP archives that hold shapefiles or a FileGDB (压缩包)."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from gis.dictionary.model import Layer
from gis.errors import SourceError
from layers.sources.choice import Candidate, choose
from layers.sources.model import Source
from layers.sources.shapefile import PART_NAME, PARTS, open_shapefile, shape_kind
from layers.sources.staging import Stage
from layers.sources.vector import Dataset, open_vector

FILEGDB_DRIVERS = ("OpenFileGDB",)

_UTF_8_FLAG = 0x800
_LISTED = 20


def open_archive(path: Path, layer: Layer, layer_name: str | None, encoding: str | None) -> Source:
    """Open the shapefile or the FileGDB layer inside an archive that is meant.

    Raises
    ------
    SourceError
        It is no archive, damaged, locked by a password, or holds neither.
    InputError
        It holds several and which one is meant cannot be told.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = {_name(each): each for each in archive.infolist() if not each.is_dir()}
            databases = {part for name in members for part in _databases(name)}
            if databases:
                inside = min(databases)
                dataset = Dataset(path, f"/vsizip/{path.absolute()}/{inside}", "FileGDB", FILEGDB_DRIVERS)
                return open_vector(dataset, layer, layer_name)
            shapefiles = _shapefiles(members)
            if not shapefiles:
                listed = tuple(sorted(members)[:_LISTED])
                detail = f"{path.name} holds no shapefile and no FileGDB, but:"
                raise SourceError(detail, repair="Unpack it and give the file itself.", faults=listed)
            unpacked = _extract(archive, shapefiles)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as fault:
        detail = f"{path.name} cannot be unpacked: {fault}."
        raise SourceError(detail, repair="Pack it again without a password, or copy it anew.") from fault
    return _meant(path, unpacked, layer, layer_name, encoding)


def _meant(
    path: Path, unpacked: Mapping[str, Stage], layer: Layer, layer_name: str | None, encoding: str | None
) -> Source:
    """Open the only shapefile, or the one that fits."""
    sources = {
        name: open_shapefile(path, layer, encoding, unpacked=stage, name=name)
        for name, stage in unpacked.items()
    }
    candidates = [Candidate(name, shape_kind(unpacked[name]), each.columns) for name, each in sources.items()]
    return sources[choose(path, candidates, layer, layer_name, what="shapefile").name]


def _name(member: zipfile.ZipInfo) -> str:
    """Return a member's name; Chinese Windows writes GBK where the format says code page 437."""
    if member.flag_bits & _UTF_8_FLAG:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return member.filename


def _databases(name: str) -> list[str]:
    parents = PurePosixPath(name).parents
    return [str(each) for each in parents if each.suffix.lower() == ".gdb"]


def _shapefiles(members: Mapping[str, zipfile.ZipInfo]) -> dict[str, dict[str, zipfile.ZipInfo]]:
    """Return name -> suffix -> member; in folders of one name, the folder belongs to the name."""
    found: dict[str, dict[str, zipfile.ZipInfo]] = defaultdict(dict)
    for name, member in members.items():
        path = PurePosixPath(name)
        if path.suffix.lower() in PARTS and "__MACOSX" not in path.parts:
            found[str(path.with_suffix(""))][path.suffix.lower()] = member
    whole = {stem: parts for stem, parts in found.items() if ".shp" in parts}
    stems = [PurePosixPath(stem).name for stem in whole]
    repeated = len(set(stems)) < len(stems)
    return {stem if repeated else PurePosixPath(stem).name: parts for stem, parts in whole.items()}


def _extract(
    archive: zipfile.ZipFile, shapefiles: Mapping[str, Mapping[str, zipfile.ZipInfo]]
) -> dict[str, Stage]:
    need = sum(member.file_size for parts in shapefiles.values() for member in parts.values())
    free = shutil.disk_usage(tempfile.gettempdir()).free
    if need > free:
        detail = f"Unpacking {archive.filename} needs {need >> 20} MB and there are {free >> 20} MB."
        raise SourceError(detail, repair="Free space there, or name another folder in TMPDIR.")
    unpacked: dict[str, Stage] = {}
    for name, parts in shapefiles.items():
        unpacked[name] = Stage()
        for suffix, member in parts.items():
            target = unpacked[name].folder / f"{PART_NAME}{suffix}"
            with archive.open(member) as source, target.open("wb") as copy:
                shutil.copyfileobj(source, copy)
    return unpacked
