"""A page that lists the paths of an interface from its OpenAPI document; no other host is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

from gis.capacity.words import Language

_WORDS: Final = {
    "zh": ("接口说明", "参数", "请求内容", "答复", "必填", "机器可读的说明"),
    "en": ("The interface", "Parameters", "Body", "Answers", "required", "The same for programs"),
}
_PAGE: Final = """<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>Kaimen 开门接电 · {title}</title>
<style nonce="{nonce}">
body {{ margin: 0; color: #23302f }}
body {{ font: 15px/1.5 system-ui, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif }}
main {{ max-width: 1000px; margin: 0 auto; padding: 0 12px 40px }}
details {{ border-top: 1px solid #d9d5c8; padding: 6px 0 }}
summary {{ cursor: pointer; overflow-wrap: anywhere }}
code {{ font-family: ui-monospace, monospace }}
table {{ border-collapse: collapse; width: 100% }}
td {{ padding: 3px 12px 3px 0; vertical-align: top }}
td {{ border-bottom: 1px solid #eeeadf; overflow-wrap: anywhere }}
</style></head>
<body><main><h1>{title}</h1>
<p>{about} · <a href="/api/v1/openapi.json">{machine}: /api/v1/openapi.json</a></p>
{groups}
</main></body></html>
"""


def interface_page(document: Mapping[str, Any], language: Language, nonce: str) -> str:
    """Return the page.

    Parameters
    ----------
    document
        An OpenAPI 3.1 document.
    language
        Of the page's own words; the document's stay as they are.
    nonce
        Of its style.
    """
    title, *_, machine = _WORDS[language]
    groups: dict[str, list[str]] = {}
    for path, methods in sorted(document["paths"].items()):
        for method, operation in methods.items():
            group = next(iter(operation.get("tags", ())), "-")
            groups.setdefault(group, []).append(_operation(method, path, operation, language))
    return _PAGE.format(
        lang="zh-CN" if language == "zh" else "en",
        title=title,
        nonce=escape(nonce),
        about=escape(document["info"].get("summary", "")),
        machine=machine,
        groups="".join(f"<h2>{escape(name)}</h2>{''.join(each)}" for name, each in sorted(groups.items())),
    )


def _operation(method: str, path: str, operation: Mapping[str, Any], language: Language) -> str:
    _, parameters, body, answers, required, _ = _WORDS[language]
    rows = [
        (
            f"<code>{escape(each['name'])}</code>",
            each["in"] + (f", {required}" if each.get("required") else ""),
            escape(_kind(each.get("schema", {}))),
            escape(each.get("description", "")),
        )
        for each in operation.get("parameters", ())
    ]
    taken = ", ".join(operation.get("requestBody", {}).get("content", ()))
    told = [
        (
            f"<code>{escape(code)}</code>",
            escape(", ".join(each.get("content", ()))),
            escape(each["description"]),
        )
        for code, each in operation["responses"].items()
    ]
    name = f"<code><b>{method.upper()}</b> {escape(path)}</code>"
    parts = [
        f"<details><summary>{name} {escape(operation['summary'])}</summary>",
        f"<h4>{parameters}</h4>{_table(rows)}" if rows else "",
        f"<h4>{body}</h4><p><code>{escape(taken)}</code></p>" if taken else "",
        f"<h4>{answers}</h4>{_table(told)}</details>",
    ]
    return "".join(parts)


def _kind(schema: Mapping[str, Any]) -> str:
    """Return what a parameter may be, in short."""
    choices = [_kind(each) for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    if choices:
        return " | ".join(choices)
    if "enum" in schema:
        return " | ".join(str(each) for each in schema["enum"])
    bounds = ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "maxLength", "pattern", "default")
    told = [f"{name} {schema[name]}" for name in bounds if name in schema]
    return ", ".join([schema.get("format", schema.get("type", "")), *told])


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    cells = ("".join(f"<td>{cell}</td>" for cell in row) for row in rows)
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"
