"""The command line as a whole: how it answers, refuses and explains itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from sqlalchemy.exc import OperationalError

from api.cli import kaimen as command_group
from api.commands import layers as layer_commands
from api.commands.terminal import expanded, failure
from gis.errors import InputError


def commands(
    command: click.Command, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield every command below a command with its words."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from commands(below, (*path, name))


EVERY = [
    pytest.param(path, command, id=" ".join(path) or "kaimen") for path, command in commands(command_group)
]


@pytest.mark.parametrize(("path", "command"), EVERY)
def test_every_command_explains_itself_and_its_options(
    run_kaimen: Any, path: tuple[str, ...], command: click.Command
) -> None:
    shown = run_kaimen(*path, "--help")
    assert (shown.code, shown.err) == (0, "")
    assert command.help
    assert command.help.split()[0] in shown.out
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name
            assert parameter.opts[0] in shown.out


@pytest.mark.parametrize(("path", "command"), EVERY)
def test_every_command_answers_machines(path: tuple[str, ...], command: click.Command) -> None:
    del path
    takes = {name for parameter in command.params for name in parameter.opts}
    assert isinstance(command, click.Group) or "--json" in takes


def test_the_version_is_told(run_kaimen: Any) -> None:
    shown = run_kaimen("--version")
    assert (shown.code, shown.out.split()[0]) == (0, "kaimen,")


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("nonsense",), id="unknown command"),
        pytest.param(("check", "--nonsense"), id="unknown option"),
        pytest.param(("import", "rivers", "a.csv"), id="unknown layer"),
        pytest.param(("import", "feeders"), id="no file"),
        pytest.param(("import", "feeders", "a.csv", "--map", "name"), id="map without ="),
        pytest.param(("import", "feeders", "a.csv", "--map", "=name"), id="map without field"),
        pytest.param(("import", "feeders", "a.csv", "--map", "name="), id="map without column"),
        pytest.param(("import", "feeders", "a.csv", "--map", "name=a", "name=b"), id="map twice"),
        pytest.param(("import", "feeders", "a.csv", "--where", "role"), id="where without ="),
        pytest.param(("import", "feeders", "a.csv", "--noding", "none"), id="unknown noding"),
        pytest.param(("import", "--columns", "rivers"), id="columns of an unknown layer"),
        pytest.param(("check", "--severity", "grave"), id="unknown severity"),
        pytest.param(("check", "--on", "2026-02-30"), id="no such day"),
        pytest.param(("draw",), id="nothing to draw into"),
        pytest.param(("draw", "--out", "a.svg", "b.svg"), id="two files to draw into"),
        pytest.param(("serve", "--port", "70000"), id="no such port"),
        pytest.param(("db", "nonsense"), id="unknown database command"),
    ],
)
def test_what_is_not_understood_is_told_and_ends_with_2(run_kaimen: Any, arguments: tuple[str, ...]) -> None:
    told = run_kaimen(*arguments, "--json")
    assert told.code == 2
    assert told.error["title"] == "The command is not understood"
    plain = run_kaimen(*arguments)
    assert (plain.code, plain.out) == (2, "")
    assert told.error["detail"].split("\n")[0] in plain.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(("import", "feeders", "{0}/none.shp"), "none.shp does not exist", id="missing file"),
        pytest.param(("import", "feeders", "{0}"), "format that is not read", id="a folder"),
        pytest.param(("import", "green", "{0}/a.csv", "--crs", "EPSG:0"), "EPSG:0", id="unknown crs"),
        pytest.param(
            ("import", "feeders", "{0}/a.csv", "--encoding", "klingon"), "klingon", id="unknown encoding"
        ),
        pytest.param(
            ("import", "feeders", "{0}/a.csv", "--map", "nonsense=b"), "nonsense", id="map of no field"
        ),
        pytest.param(("import", "feeders", "{0}/a.csv", "--map", "name=c"), "c", id="map of no column"),
        pytest.param(
            ("import", "feeders", "{0}/a.csv", "--aliases", "{0}/no.csv"), "no.csv", id="missing aliases"
        ),
        pytest.param(
            ("import", "feeders", "{0}/a.csv", "--aliases", "{0}"), "is no file", id="folder of aliases"
        ),
        pytest.param(("import", "osm", "{0}/a.csv"), "a.csv", id="no OpenStreetMap file"),
        pytest.param(("check", "--out", "{0}/findings.txt"), ".gpkg", id="findings of another kind"),
        pytest.param(
            ("check", "--out", "{0}/none/findings.gpkg"), "cannot be written", id="findings into nowhere"
        ),
        pytest.param(("draw", "--out", "{0}/grid.png"), ".svg", id="drawing of another kind"),
        pytest.param(("draw", "--out", "{0}/none/grid.svg"), "cannot be written", id="drawing into nowhere"),
        pytest.param(("draw", "--out", "{0}/grid.svg"), "nothing to draw", id="drawing of nothing"),
        pytest.param(("check", "--out", "{0}/folder.gpkg"), "cannot be written", id="findings over a folder"),
        pytest.param(("demo-files", "{0}/a.csv"), "a.csv", id="demo files into a file"),
        pytest.param(("serve", "--host", "192.0.2.1"), "192.0.2.1", id="address of another machine"),
        pytest.param(("db", "start"), "KAIMEN_DATABASE_URL", id="start of a database that is not ours"),
    ],
)
def test_what_cannot_be_done_is_told_and_ends_with_1(
    kaimen: Any, tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    (tmp_path / "folder.gpkg").mkdir()
    given = [argument.format(tmp_path) for argument in arguments]
    told = kaimen(*given, "--json")
    assert told.code == 1
    assert words in " ".join([told.error["detail"], *told.error["faults"]])
    plain = kaimen(*given)
    assert (plain.code, plain.out) == (1, "")
    assert words in plain.err.replace("\n", "")
    assert "Traceback" not in plain.err


def test_a_lost_connection_is_told(kaimen: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def lose(*_: object) -> None:
        raise OperationalError("select 1", {}, Exception("server closed the connection unexpectedly"))

    monkeypatch.setattr(layer_commands, "check_grid", lose)
    told = kaimen("check", "--json")
    assert told.code == 1
    assert "server closed the connection" in told.error["detail"]


def test_an_interrupted_command_says_so(kaimen: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(layer_commands, "check_grid", interrupt)
    told = kaimen("check", "--json")
    assert told.code == 1
    assert "stopped on request" in told.error["detail"]


def test_a_refusal_is_two_sentences() -> None:
    assert failure(InputError("a is b", repair="make it c"))["error"]["detail"] == "a is b. make it c"
    assert failure(InputError("a is b.", repair="make it c"))["error"]["detail"] == "a is b. make it c"
    assert failure(InputError("it has:", repair="make it c"))["error"]["detail"] == "it has. make it c"
    assert failure(InputError("a is b"))["error"]["detail"] == "a is b"


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("--map a=b c=d", "--map a=b --map c=d"),
        (
            "import x f.shp --map a=b c=d e=f --replace",
            "import x f.shp --map a=b --map c=d --map e=f --replace",
        ),
        ("--map a=b --map c=d", "--map a=b --map c=d"),
        ("--map=a=b c=d", "--map=a=b --map c=d"),
        ("import x --map a=b f.shp", "import x --map a=b f.shp"),
        ("import x --map a=b c=d f.shp g.shp", "import x --map a=b --map c=d f.shp g.shp"),
        ("--where a=b c=d --map e==f", "--where a=b --where c=d --map e==f"),
        ("--map a=b --crs gcj02 c=d", "--map a=b --crs gcj02 c=d"),
        ("--map a=b -- c=d.shp", "--map a=b -- c=d.shp"),
        ("--map a=b --replace c=d.shp", "--map a=b --replace c=d.shp"),
        ("--map", "--map"),
        ("draw --out a.svg b=c.svg", "draw --out a.svg b=c.svg"),
        ("", ""),
    ],
)
def test_an_option_is_repeated_for_each_of_its_values(given: str, meant: str) -> None:
    assert expanded(given.split()) == meant.split()


def test_from_outside_the_answer_alone_is_on_standard_output(kaimen_outside: Any) -> None:
    shown = kaimen_outside("check", "--json")
    assert (shown.code, shown.err) == (0, "")
    assert set(shown.json) == {"findings", "errors", "warnings"}
    refused = kaimen_outside("import", "feeders", "none.shp", "--json")
    assert refused.code == 1
    assert refused.error["faults"] == ["none.shp does not exist"]
    assert kaimen_outside().code == 2


def test_an_answer_that_finds_no_room_is_told(kaimen_outside: Any) -> None:
    with Path("/dev/full").open("wb") as full:
        told = kaimen_outside("db", "status", "--json", stdout=full)
    assert told.code == 1
    assert "No space left on device" in told.err
    assert "Traceback" not in told.err


def test_a_file_name_in_another_encoding_is_refused_in_words(kaimen_outside: Any, tmp_path: Path) -> None:
    path = bytes(tmp_path) + b"/\xcf\xdf\xc2\xb7.csv"
    with open(path, "w") as stream:  # noqa: PTH123  # a path of bytes
        stream.write("a,b\n")
    for name in (path, path.replace(b".csv", b".shp")):
        told = kaimen_outside("import", "feeders", name, "--json")
        assert told.code == 1
        assert "UTF-8" in " ".join(told.error["faults"])
