"""The templates of ``maps``, and data inside a page."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

_HALF_LETTER: Final = re.compile("[\ud800-\udfff]")


@cache
def environment() -> Environment:
    """Return the templates: everything is escaped, an unknown name is an error."""
    return Environment(
        loader=PackageLoader("maps"), autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True
    )


def json_for_script(value: object) -> str:
    r"""Return a value as JSON that is safe inside a script element: no <, no half of a letter.

    >>> json_for_script("</script>")
    '"\\u003c/script>"'
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return _HALF_LETTER.sub("\ufffd", text.replace("<", "\\u003c"))
