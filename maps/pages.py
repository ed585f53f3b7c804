"""The templates of ``maps``."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined


@cache
def environment() -> Environment:
    """Return the templates: everything is escaped, an unknown name is an error."""
    return Environment(
        loader=PackageLoader("maps"), autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True
    )
