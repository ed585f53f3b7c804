"""Options that ``kaimen assess`` and ``kaimen screen`` share."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from api.commands.claims import day_option, parameters_option
from api.commands.terminal import pairs
from api.operations.files import settings_text
from gis.siting.loads import LoadTable, default_table, read_table
from gis.siting.question import DEFAULT_K, DEFAULT_LIMIT_M
from gis.siting.sites import Load


def question_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what both ask: day, jurisdiction, number and length of options, facts, parameters."""
    for add in reversed(
        (
            click.option("--load-kva", type=float, metavar="N", help="Load in kVA."),
            click.option("--load-kw", type=float, metavar="N", help="Load in kW."),
            click.option(
                "--pf", "power_factor", type=float, metavar="P", help="Power factor; that of the load table."
            ),
            day_option("on", "The day asked; today in Asia/Shanghai by default."),
            click.option("--jurisdiction", metavar="ID", help="Whose policy; see `kaimen policy list`."),
            click.option("--k", default=DEFAULT_K, show_default=True, help="Number of options."),
            click.option(
                "--limit-m", default=DEFAULT_LIMIT_M, show_default=True, help="Longest route in metres."
            ),
            click.option(
                "--fact",
                "facts",
                multiple=True,
                metavar="KEY=VALUE",
                help="A fact that is assumed otherwise, such as built_by=customer.",
            ),
            parameters_option,
            click.option(
                "--loads",
                "load_file",
                type=click.Path(path_type=Path),
                metavar="FILE",
                help="TOML with a utility's own load densities; see docs/siting.md.",
            ),
        )
    ):
        command = add(command)
    return command


def facts_given(options: Sequence[str]) -> dict[str, Any]:
    """Return the facts of ``--fact`` as JSON gives them: true, false and numbers are such."""
    return {name: _value(value) for name, value in pairs(options, "--fact").items()}


def _value(text: str) -> Any:  # noqa: ANN401  # whatever JSON holds
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        return text
    return text if isinstance(value, str | list | dict) else value


def load_given(
    load_kva: float | None, load_kw: float | None, power_factor: float | None, table: LoadTable
) -> Load | None:
    """Return the load of the options; None where there is none.

    Raises
    ------
    InputError
        It is out of range.
    click.UsageError
        Both are given, or a power factor without a load.
    """
    if load_kva is not None and load_kw is not None:
        raise click.UsageError("give the load by --load-kva or by --load-kw, one of the two")
    if load_kva is None and load_kw is None:
        if power_factor is not None:
            raise click.UsageError("--pf turns a load in kW into kVA, or the other way; give one")
        return None
    factor = table.power_factor if power_factor is None else power_factor
    return Load.of(kva=load_kva, kw=load_kw, power_factor=factor)


def table_from(path: Path | None) -> LoadTable:
    """Return the load densities of a utility's own file, or the defaults.

    Raises
    ------
    InputError
        The file cannot be used.
    """
    return default_table() if path is None else read_table(settings_text(path), path.name)
