"""The command line ``kaimen``."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import click
from sqlalchemy.exc import OperationalError

from api.commands.terminal import answer, expanded, failure, say, usage_failure
from api.settings import Settings
from gis.errors import DatabaseError, InputError, KaimenError
from layers.database import database_without_room, is_full_database
from layers.disk import is_full, without_room

_COMMANDS = {
    "assess": "api.commands.assess:assess",
    "build": "api.commands.build:build",
    "capacity": "api.commands.capacity:capacity",
    "check": "api.commands.layers:check",
    "claims": "api.commands.claims:claims",
    "db": "api.commands.database:database",
    "demo": "api.commands.service:demo",
    "demo-files": "api.commands.service:demo_files",
    "draw": "api.commands.service:draw",
    "editions": "api.commands.editions:editions",
    "import": "api.commands.layers:import_",
    "policy": "api.commands.policy:policy",
    "publish": "api.commands.editions:publish",
    "screen": "api.commands.screen:screen",
    "serve": "api.commands.service:serve",
    "token": "api.commands.token:token",
}


class _LazyGroup(click.Group):
    """Loads a command when it is called: loading all of them takes longer than most of them run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(
    cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}
)
@click.version_option(package_name="kaimen")
@click.pass_context
def kaimen(context: click.Context) -> None:
    """Kaimen (开门接电): where the distribution grid is open, by which route, under which rule."""
    context.obj = Settings()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return 0 when done, 1 when refused or failed, 2 when not understood."""
    given = expanded(sys.argv[1:] if arguments is None else arguments)
    as_json = "--json" in given
    try:
        code = kaimen.main(args=given, prog_name="kaimen", standalone_mode=False)
    except click.ClickException as fault:
        if as_json:
            answer(usage_failure(fault))
        fault.show(sys.stderr)
        return fault.exit_code
    except (click.Abort, KaimenError, OperationalError, OSError) as fault:
        told = _told(fault)
        if as_json:
            with suppress(OSError):  # where standard output itself is what cannot be written
                answer(failure(told))
        say(f"{told.title}: {told}")
        return 1
    return code if isinstance(code, int) else 0  # a command may say itself that something failed


def _told(fault: Exception) -> KaimenError:
    """Return what ended a command as an error that says what happened and what to do."""
    if isinstance(fault, KaimenError):
        return fault
    if isinstance(fault, OperationalError):
        if is_full_database(fault):
            return database_without_room(fault)
        return DatabaseError(
            f"the database ended the connection: {str(fault.orig).strip()}",
            repair="run the command again; what was under way has been undone",
        )
    if isinstance(fault, OSError):
        if is_full(fault):
            return without_room(Path(fault.filename or _fullest()), fault.strerror or str(fault))
        place = f"{fault.filename}: " if fault.filename else ""
        return InputError(
            f"{place}{fault.strerror or fault}", repair="check the path, its rights and the room on the disk"
        )
    return KaimenError("stopped on request; what was under way has been undone")


def _fullest() -> Path:
    """Return the folder with the least room of those that commands write to."""
    folders = (Path(tempfile.gettempdir()), Path.cwd(), Settings().home.absolute())
    return min((each for each in folders if each.is_dir()), key=lambda each: shutil.disk_usage(each).free)


if __name__ == "__main__":
    sys.exit(main())
