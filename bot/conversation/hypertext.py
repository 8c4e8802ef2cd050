"""Self-contained HTML pages: elements that escape what they hold, and the frame with style and script inside."""

from __future__ import annotations

import html
from pathlib import Path

from bot.domain.language import Language

FOLDER = Path(__file__).parent / "pages"
"""Styles and scripts of the pages; each page carries its own copy."""
_EMPTY = frozenset({"meta", "br", "input", "rect", "line", "polyline", "circle"})
_CODES = {Language.ZH: "zh-Hans", Language.RU: "ru", Language.EN: "en-GB"}


class Html(str):
    """Text that is HTML already; anything else is escaped."""


def tag(name: str, /, *children: object, **attributes: object) -> Html:
    """An element; `class_` and `for_` lose their underscore, other underscores become hyphens, None leaves out."""
    said = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(str(value))}"' if value is not True else f" {key}"
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    if name.startswith("!"):
        return Html(f"<{name}{said}>\n")
    return Html(f"<{name}{said}/>") if name in _EMPTY else Html(f"<{name}{said}>{join(*children)}</{name}>")


def join(*children: object) -> Html:
    """Several pieces one after another; None is nothing."""
    return Html("".join(child if isinstance(child, Html) else html.escape(str(child)) for child in children
                        if child is not None))  # fmt: skip


def paragraphs(text: str) -> Html:
    """A plain text as paragraphs: an empty line ends one, a line break stays."""
    parts = [part for part in text.split("\n\n") if part.strip()]
    return join(*(tag("p", *_lines(part)) for part in parts))


def page(title: str, language: Language, body: Html, style: str, script: str = "") -> str:
    """A whole page that needs nothing from elsewhere; the policy forbids it to ask."""
    policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", title),
        tag("style", Html((FOLDER / style).read_text("utf-8"))),
    )
    code = tag("script", Html((FOLDER / script).read_text("utf-8"))) if script else None
    return tag("!doctype", html=True) + tag("html", head, tag("body", body, code), lang=_CODES[language])


def _lines(text: str) -> list[object]:
    found: list[object] = []
    for line in text.split("\n"):
        found += [tag("br")] if found else []
        found.append(line)
    return found
