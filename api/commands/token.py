"""``kaimen token``: who may see more than the public."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from api.commands.terminal import answer, json_option, say
from api.operations.database import connected
from api.operations.tokens import create_token, list_tokens, revoke_tokens, token_json
from api.settings import Settings
from layers.tables.tokens import ROLES
from layers.tokens import Role


def _role(required: bool) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    words = "What it raises a request to." if required else "Only those of this role."
    return click.option("--role", type=click.Choice(ROLES), required=required, help=words)


@click.group("token", help="Make, list and revoke the tokens that raise a request from the public tier.")
def token() -> None:
    """Group the commands of tokens."""


@token.command("create", help="Make a token. It is shown once and kept only as a hash.")
@_role(required=True)
@click.option("--name", metavar="TEXT", help="Whose it is, or what for.")
@click.option("--days", type=int, default=365, show_default=True, help="After how many days it ends.")
@json_option
@click.pass_obj
def create(settings: Settings, role: Role, name: str | None, days: int, as_json: bool) -> None:
    """Make a token."""
    with connected(settings) as engine:
        made = create_token(engine, role, name, days)
    if as_json:
        answer({"token": made.whole} | token_json(made.kept))
        return
    click.echo(made.whole)
    say(f"It is shown this once. It is a token of a {role}, until {made.kept.expires_at:%Y-%m-%d}.")
    say(f"Use: Authorization: Bearer TOKEN    End it: kaimen token revoke {made.kept.id}")


@token.command("list", help="List the tokens; none can be shown again.")
@_role(required=False)
@click.option("--name", metavar="TEXT", help="Only those of this name.")
@json_option
@click.pass_obj
def list_(settings: Settings, role: Role | None, name: str | None, as_json: bool) -> None:
    """List the tokens."""
    with connected(settings) as engine:
        found = [token_json(each) for each in list_tokens(engine, role, name)]
    if as_json:
        answer({"tokens": found})
        return
    for each in found:
        until, whose = each["expires_at"][:10], each["name"] or ""
        click.echo(f"{each['id']}  {each['role']:8}  {each['state']:8}  until {until}  {whose}")
    if not found:
        say("There are none: kaimen token create --role planner")


@token.command("revoke", help="End tokens, by id (or the whole token), by name or by role; at once.")
@click.argument("ids", nargs=-1, metavar="ID...")
@_role(required=False)
@click.option("--name", metavar="TEXT", help="Only those of this name.")
@json_option
@click.pass_obj
def revoke(
    settings: Settings, *, ids: tuple[str, ...], role: Role | None, name: str | None, as_json: bool
) -> None:
    """End tokens."""
    with connected(settings) as engine:
        ended = [token_json(each) for each in revoke_tokens(engine, ids, role, name)]
    if as_json:
        answer({"revoked": ended})
        return
    for each in ended:
        click.echo(f"{each['id']}  {each['role']:8}  revoked  {each['name'] or ''}")
