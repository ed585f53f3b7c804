"""The page of the interface (接口页): its operations from the OpenAPI document, without any script."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Final

import yaml

from gis.words import Language
from maps.page_frame import PageFrame
from maps.page_words import say

_GROUPS: Final = (
    *("capacity", "editions", "connection", "policy", "jobs", "tiles", "ogc", "pages", "operation"),
)
"""Tags of operations, in the order of the page."""

_BOUNDS: Final = (
    "minimum",
    "exclusiveMinimum",
    "maximum",
    "exclusiveMaximum",
    "maxLength",
    "pattern",
    "default",
)
_SIGNS: Final = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}


@dataclass(frozen=True, slots=True)
class Given:
    """A parameter, a part of a body, or an answer.

    Attributes
    ----------
    name
        The parameter's, or the status.
    where
        In which part of a request it stands; "" in a body or an answer.
    required
        Whether it has to be there.
    kind
        What it may be; of an answer its media types.
    about
        What is said of it.
    """

    name: str
    where: str
    required: bool
    kind: str
    about: str


@dataclass(frozen=True, slots=True)
class Operation:
    """What can be asked.

    Attributes
    ----------
    id
        Of its element, to link to.
    method, path, summary
        What it is.
    opens
        Whether the address alone can be opened.
    parameters, body, answers
        What it takes and gives.
    """

    id: str
    method: str
    path: str
    summary: str
    opens: bool
    parameters: tuple[Given, ...]
    body: tuple[Given, ...]
    answers: tuple[Given, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Operations of one tag."""

    id: str
    title: str
    operations: tuple[Operation, ...]


@cache
def chinese() -> Mapping[str, str]:
    """Return the Chinese words of what the document says in English."""
    text = resources.files("maps").joinpath("interface_words.yaml").read_text(encoding="utf-8")
    return MappingProxyType(yaml.load(text, yaml.CSafeLoader))


def interface_page_html(document: Mapping[str, Any], frame: PageFrame) -> str:
    """Return the page.

    Parameters
    ----------
    document
        An OpenAPI 3.1 document; what it says that has no Chinese words stays as it is.
    frame
        What is around it.
    """
    held: dict[str, list[Operation]] = {}
    for path, methods in sorted(document["paths"].items()):
        for method, told in methods.items():
            [group] = told["tags"]
            held.setdefault(group, []).append(_operation(document, method, path, told, frame.language))
    groups = [
        Group(name, say(frame.language, f"interface.group.{name}"), tuple(held[name]))
        for name in sorted(held, key=_GROUPS.index)
    ]
    return frame.render("interface_page.html.j2", groups=groups)


def _said(words: str, language: Language) -> str:
    return chinese().get(words, words) if language == "zh" else words


def _operation(
    document: Mapping[str, Any], method: str, path: str, told: Mapping[str, Any], language: Language
) -> Operation:
    parameters = tuple(
        Given(
            each["name"],
            each["in"],
            bool(each.get("required")),
            _kind(each.get("schema", {})),
            _said(each.get("description", ""), language),
        )
        for each in told.get("parameters", ())
    )
    taken = told.get("requestBody", {}).get("content", {})
    body = tuple(
        part
        for each in taken.values()
        for part in _parts(each.get("schema", {}), _schemas(document, each.get("schema", {})), language)
    )
    answers = tuple(
        Given(
            code,
            "",
            required=False,
            kind=", ".join(each.get("content", ())),
            about=_said(each["description"], language),
        )
        for code, each in sorted(told["responses"].items())
    )
    name = "-".join([method, *filter(None, path.replace("{", "").replace("}", "").split("/"))])
    opens = method == "get" and "{" not in path and not any(each.required for each in parameters)
    return Operation(
        name, method.upper(), path, _said(told["summary"], language), opens, parameters, body, answers
    )


def _schemas(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the schemas that a reference may name, by its last part."""
    return {**document.get("components", {}).get("schemas", {}), **schema.get("$defs", {})}


def _parts(
    schema: Mapping[str, Any], schemas: Mapping[str, Any], language: Language, before: str = ""
) -> Iterator[Given]:
    """Give the parts of a body; those of an object within it after its name and a dot."""
    found = _resolved(schema, schemas)
    for name, each in found.get("properties", {}).items():
        inner = _resolved(each, schemas)
        if "properties" in inner:
            yield from _parts(inner, schemas, language, f"{before}{name}.")
            continue
        about = _said(each.get("description", ""), language)
        yield Given(before + name, "", name in found.get("required", ()), _kind(inner), about)


def _resolved(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a schema refers to, where it refers to one other, or to it or to null."""
    told = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    if len(told) == 1:
        return _resolved(told[0], schemas)
    if "$ref" in schema:
        return _resolved(schemas.get(schema["$ref"].rpartition("/")[2], {}), schemas)
    return schema


def _kind(schema: Mapping[str, Any]) -> str:
    """Return what a value may be, in short."""
    choices = [_kind(each) for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    if choices:
        return " | ".join(choices)
    if "const" in schema:
        return str(schema["const"])
    if "enum" in schema:
        return " | ".join(str(each) for each in schema["enum"])
    if schema.get("type") == "array":
        return f"[{_kind(schema.get('items', {}))}]"
    told = [
        f"{_SIGNS.get(name, name)} {_figure(schema[name])}"
        for name in _BOUNDS
        if schema.get(name) is not None
    ]
    return ", ".join([schema.get("format", schema.get("type", "")), *told])


def _figure(value: object) -> str:
    """Return a bound as people write it: 5,000 and not 5000.0."""
    if isinstance(value, str | bool):
        return str(value).lower() if isinstance(value, bool) else value
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    return f"{value:,.0f}" if whole else str(value)
