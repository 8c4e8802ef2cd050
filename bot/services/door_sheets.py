"""Sheets for the doors: one printable page a room in three languages, with a QR code that opens its card."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape

from bot.domain.language import Language, Localized


@dataclass(frozen=True)
class Sheet:
    """One door: the file's name, the room and its building, and the address in the code."""

    id: str
    room: Localized
    venue: Localized
    link: str


_STYLE = """
@page { size: A4; margin: 15mm; }
* { box-sizing: border-box; }
body { margin: 0; font-family: "Noto Sans", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", Arial, sans-serif;
  color: #111; background: #fff; }
.sheet { min-height: 260mm; padding: 4mm; text-align: center; display: flex; flex-direction: column;
  justify-content: space-between; break-after: page; }
.sheet:last-child { break-after: auto; }
h1 { font-size: 40pt; line-height: 1.15; margin: 0 0 3mm; }
h1 span, h2 span { display: block; }
h2 { font-size: 14pt; font-weight: normal; margin: 0; color: #444; }
.code svg { width: 95mm; height: 95mm; }
.ask { font-size: 15pt; margin: 2mm 0; }
.ask strong { display: block; font-size: 18pt; }
.link { font-size: 10pt; color: #444; overflow-wrap: anywhere; }
"""


def page(sheets: Iterable[Sheet], phrases: Mapping[Language, tuple[str, str]], title: str) -> str:
    """A complete HTML page of sheets that needs no other file; `phrases` are heading and invitation by language."""
    parts = "\n".join(_sheet(sheet, phrases) for sheet in sheets)
    return (
        f'<!DOCTYPE html>\n<html lang="zh">\n<head>\n<meta charset="utf-8">\n<title>{escape(title)}</title>\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<style>{_STYLE}</style>\n</head>\n'
        f"<body>\n{parts}\n</body>\n</html>\n"
    )


def _sheet(sheet: Sheet, phrases: Mapping[Language, tuple[str, str]]) -> str:
    asks = "\n".join(
        f'<p class="ask" lang="{language}"><strong>{escape(phrases[language][0])}</strong>'
        f"{escape(phrases[language][1])}</p>"
        for language in Language
    )
    return (
        f'<section class="sheet" id="{escape(sheet.id, quote=True)}">\n<header>\n<h1>{_three(sheet.room)}</h1>\n'
        f"<h2>{_three(sheet.venue)}</h2>\n</header>\n"
        f'<div class="code">{code(sheet.link)}</div>\n<div>\n{asks}\n<p class="link">{escape(sheet.link)}</p>\n</div>\n'
        f"</section>"
    )


def _three(text: Localized) -> str:
    return "".join(f'<span lang="{language}">{escape(words)}</span>' for language, words in text.items())


def code(link: str) -> str:
    """The QR code as an SVG element; error correction Q still reads with a quarter of it dirty."""
    import segno

    buffer = io.BytesIO()
    segno.make(link, error="q", micro=False).save(
        buffer, kind="svg", xmldecl=False, svgns=True, border=4, omitsize=True, nl=False
    )
    return buffer.getvalue().decode()
