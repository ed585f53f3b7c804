"""``kaimen db``: the database."""

from __future__ import annotations

from dataclasses import asdict

import click

from api.commands.terminal import answer, json_option, say
from api.operations.database import connected, database_url, private_cluster, status
from api.settings import Settings
from layers.public_wall import raise_wall


@click.group("db", help="Start, stop and look at the database.")
def database() -> None:
    """Group the commands of the database."""


def _tell(settings: Settings, as_json: bool) -> None:
    state = status(settings)
    if as_json:
        answer(asdict(state))
        return
    server = f", PostgreSQL {state.server}" if state.server else ""
    click.echo(f"{state.kind} database is {state.state}{server}")
    click.echo(f"  url     {state.url}")
    if state.data:
        click.echo(f"  data    {state.data}")
    if state.state == "running":
        current = "up to date" if state.schema_version == state.newest_version else "kaimen db upgrade is due"
        click.echo(f"  tables  {state.schema_version or 'none'} ({current})")


@database.command(
    help="Start the private database, making it where there is none, and bring its tables up to date."
)
@json_option
@click.pass_obj
def start(settings: Settings, as_json: bool) -> None:
    """Start the private database."""
    private_cluster(settings).start()
    with connected(settings):
        _tell(settings, as_json)


@database.command(help="Stop the private database.")
@json_option
@click.pass_obj
def stop(settings: Settings, as_json: bool) -> None:
    """Stop the private database."""
    private_cluster(settings).stop()
    _tell(settings, as_json)


@database.command("status", help="Say where the database is and how it is.")
@json_option
@click.pass_obj
def show(settings: Settings, as_json: bool) -> None:
    """Say how the database is."""
    _tell(settings, as_json)


@database.command(help="Print the database's URL, for psql, QGIS or ogr2ogr.")
@json_option
@click.pass_obj
def url(settings: Settings, as_json: bool) -> None:
    """Print the URL."""
    whole = database_url(settings)
    if as_json:
        answer({"url": whole})
    else:
        click.echo(whole)


@database.command(help="Bring the tables to the newest version, and give the public's login its rights.")
@json_option
@click.pass_obj
def upgrade(settings: Settings, as_json: bool) -> None:
    """Bring the tables up to date."""
    with connected(settings) as engine:
        raise_wall(engine)
        _tell(settings, as_json)


@database.command(help="Delete the private database with everything in it.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@click.pass_obj
def reset(settings: Settings, yes: bool, as_json: bool) -> None:
    """Delete the private database."""
    cluster = private_cluster(settings)
    if not yes:
        click.confirm(f"Delete the database in {cluster.data} with all its data?", abort=True, err=True)
    cluster.reset()
    say("The private database is deleted.")
    _tell(settings, as_json)
