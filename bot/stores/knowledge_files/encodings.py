"""Which encoding a file is in: certain, or nothing."""

from __future__ import annotations

import codecs
import re
from typing import Any

# The hundred or so most frequent characters of written Chinese and of announcements.
_FREQUENT = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所"
    "民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那"
    "社请您论坛场厅参问时间月点号楼"
)
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_RUSSIAN = re.compile(r"[А-Яа-яЁё]")
_RUSSIAN_WORD = re.compile(r"\b[А-ЯЁа-яё]{4,}\b")
_MIXED_WORD = re.compile(r"[A-Za-z][А-Яа-яЁё]|[А-Яа-яЁё][A-Za-z]")
# Mac Cyrillic read as Windows-1251 shows its capitals as these, and its я as Я inside words.
_ODD_SIGN = re.compile(r"[\u201a\u2020-\u2022\u2030\u2039\u203a€™]")
_CAPITAL_INSIDE = re.compile(r"[а-яё][А-ЯЁ]")
# Everything that may stand in a text of this assistant, apart from Han.
_USUAL = re.compile(
    r"[\t\n\r -~А-Яа-яЁё\u0492-\u04ff\u00a0§©«®°±²³µ·»×÷\u2010-\u2026\u2030\u2032\u2033\u2039\u203a€№™←-↓−"
    r"\u3000-\u3017\uff01-\uff5eÀ-ÖØ-öø-ž\u01cd-\u01dc]"
)
# Chinese in seven bits, which looks like ASCII.
_HZ = re.compile(r"~\{[!-~]{2,}~\}")
_NAMES = {
    "utf_16_le": "UTF-16", "utf_16_be": "UTF-16", "gb18030": "GB18030", "cp1251": "Windows-1251", "koi8_r": "KOI8-R",
}  # fmt: skip


def decode(content: bytes) -> tuple[str | None, str]:
    """The text and the name of its encoding; (None, "") rather than a guess.

    A byte order mark decides; then strict UTF-8 without NUL; then charset-normalizer among the encodings
    our organizers' programs write, believed only when the outcome reads like Chinese, Russian or English.
    """
    for mark, codec, name in (
        (codecs.BOM_UTF8, "utf-8", "UTF-8"),
        (codecs.BOM_UTF32_LE, "", ""),
        (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
        (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
    ):
        if content.startswith(mark):
            text = _strict(content[len(mark) :], codec) if codec else None
            return (text, name) if text is not None and "\0" not in text else (None, "")
    text = _strict(content, "utf-8")
    if text is not None and "\0" not in text:
        return (None, "") if _HZ.search(text) else (text, "UTF-8")
    return _guess(content)


def _strict(content: bytes, codec: str) -> str | None:
    try:
        return content.decode(codec)
    except UnicodeDecodeError:
        return None


def _guess(content: bytes) -> tuple[str | None, str]:
    # A line end of UTF-16 has a zero byte; the other encodings have none.
    names = ["utf_16_le", "utf_16_be"] if b"\0" in content else ["gb18030", "cp1251", "koi8_r"]
    decoded = {name: text for name in names if (text := _strict(content, name)) is not None}
    plausible = {name: text for name, text in decoded.items() if _reads_well(text, name)}
    if len(plausible) > 1:
        best = _charset_normalizer(content, names)
        plausible = {name: text for name, text in plausible.items() if name == best}
    for name, text in plausible.items():
        return text, _NAMES[name]
    return None, ""


def _charset_normalizer(content: bytes, names: list[str]) -> str | None:
    from charset_normalizer import from_bytes

    best: Any = from_bytes(content, cp_isolation=list(names)).best()
    return None if best is None else best.encoding


def _reads_well(text: str, codec: str) -> bool:
    """Whether a decoded text is one of ours and not the mojibake of another encoding."""
    han = _HAN.findall(text)
    rest = len(text) - len(han) - len(_USUAL.findall(text))
    if "\0" in text or rest:
        return False
    if codec in {"cp1251", "koi8_r"}:
        if _ODD_SIGN.search(text):
            return False
        return _reads_russian(text) or (codec == "cp1251" and not _RUSSIAN.search(text))
    if han:
        frequent = sum(character in _FREQUENT for character in han)
        common = sum(_is_common(character) for character in han)
        if len(han) < 20 and codec.startswith("utf_16"):  # a name or two says little about frequency
            return common == len(han)
        return common >= 0.85 * len(han) and frequent >= 0.05 * len(han)
    return codec.startswith("utf_16") or _reads_russian(text)


def _is_common(character: str) -> bool:
    """Whether it is among the 3,755 characters of GB2312's first level."""
    try:
        return character.encode("gb2312")[0] < 0xD8
    except UnicodeEncodeError:
        return False


def _reads_russian(text: str) -> bool:
    """Whole Russian words in lower case with the usual vowels; KOI8-R and Windows-1251 swap the cases."""
    letters = _RUSSIAN.findall(text)
    lower = sum(letter.islower() for letter in letters)
    usual = sum(letter in "оеаинтсрвл" for letter in letters)
    return (
        len(letters) >= 12
        and lower >= 0.7 * len(letters)
        and usual >= 0.4 * len(letters)
        and len(_MIXED_WORD.findall(text)) * 20 <= len(letters)
        and len(_CAPITAL_INSIDE.findall(text)) * 60 <= len(letters)
        and _RUSSIAN_WORD.search(text) is not None
    )
