"""The catalogs: complete in three languages, right plurals, same placeholders; and no phrase outside them."""

from __future__ import annotations

import ast
import gettext
import re
from datetime import datetime, timedelta
from string import Formatter

import pytest

from bot.domain.language import Language
from bot.i18n import LOCALES, ROOT, catalog, extract_phrases, read_catalog
from bot.settings import EVENT_ZONE

ZH, RU, EN = Language.ZH, Language.RU, Language.EN
FORMS = {ZH: 1, RU: 3, EN: 2}
TEMPLATE = extract_phrases()


def key(message) -> tuple[str | None, str]:
    return message.context, message.id if isinstance(message.id, str) else message.id[0]


def texts(value) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", Language)
def test_catalog_is_complete(language):
    wanted = {key(message): message for message in TEMPLATE if message.id}
    found = {key(message): message for message in read_catalog(language) if message.id}
    assert set(found) == set(wanted), "run: python -m bot phrases"
    for name, message in found.items():
        assert not message.fuzzy, name
        assert all(text.strip() for text in texts(message.string)), f"{name} is not translated"
        plural = isinstance(wanted[name].id, tuple)
        assert len(texts(message.string)) == (FORMS[language] if plural else 1), name


@pytest.mark.parametrize("language", Language)
def test_translations_keep_the_placeholders(language):
    for message in read_catalog(language):
        if message.id:
            wanted = placeholders(texts(message.id)[0])
            for text in texts(message.string):
                assert placeholders(text) == wanted, text


@pytest.mark.parametrize("language", Language)
def test_translations_keep_commands_marks_and_edges(language):
    for message in read_catalog(language):
        if message.id:
            source = texts(message.id)[0]
            for text in texts(message.string):
                assert sorted(re.findall(r"/[a-z]+", text)) == sorted(re.findall(r"/[a-z]+", source)), text
                assert text == text.strip()
                assert text.count("\n") == source.count("\n")
                if not source[0].isascii():
                    assert text[0] == source[0], text


def test_translations_are_in_their_script():
    scripts = {ZH: r"[㐀-鿿]", RU: r"[а-яё]"}
    names = "English|Russian|Telegram|Wi-Fi|SCO"
    for language, script in scripts.items():
        for message in read_catalog(language):
            source = re.sub(rf"\{{\w+\}}|/[a-z]+|{names}", "", texts(message.id)[0]) if message.id else ""
            if re.search(r"[A-Za-z]{3}", source):
                assert all(re.search(script, text, re.IGNORECASE) for text in texts(message.string)), message.id


def test_russian_addresses_with_a_small_letter_and_its_own_quotation_marks():
    for message in read_catalog(RU):
        for text in texts(message.string) if message.id else []:
            assert not re.search(r"(?<![.!?\n] )(?<!^)\bВ(ы|ас|ам|ами|аш\w*)\b", text), text
            assert not re.search(r"[\"“”]", text), text


def test_russian_dashes_and_dots():
    """An em dash between words, an en dash only in a range without spaces, and dots that touch their word."""
    for message in read_catalog(RU):
        for text in texts(message.string) if message.id else []:
            assert " – " not in text and " - " not in text and "..." not in text, text
            assert not re.search(r"[^:] …$|^… ", text), text


def test_chinese_is_polite_and_full_width():
    for message in read_catalog(ZH):
        for text in texts(message.string) if message.id else []:
            assert "你" not in text, text
            assert not re.search(r"[㐀-鿿][,;:?!]", text), text


def test_chinese_numbers_stand_without_spaces():
    for message in read_catalog(ZH):
        for text in texts(message.string) if message.id else []:
            number = r"\{(?:number|version|page|pages|time|percent)\}"
            assert not re.search(rf"[㐀-鿿] {number}|{number} [㐀-鿿]", text), text


@pytest.mark.parametrize("language", Language)
def test_plural_rule_of_the_header_is_the_one_in_use(language):
    phrases = read_catalog(language)
    rule = gettext.c2py(phrases.plural_expr)
    assert phrases.num_plurals == FORMS[language]
    assert [rule(number) for number in range(200)] == [catalog(language)._form(number) for number in range(200)]


def test_russian_plurals():
    say = catalog(RU)
    shown = [say.plural("{number} entry", "{number} entries", number) for number in (0, 1, 2, 5, 11, 21, 22, 111)]
    assert shown == [
        "0 записей", "1 запись", "2 записи", "5 записей", "11 записей", "21 запись", "22 записи", "111 записей",
    ]  # fmt: skip


def test_days_and_times_are_the_events_whatever_the_zone_of_the_moment():
    start = datetime.fromisoformat("2025-07-10T17:30:00+00:00")
    assert [catalog(language).day(start) for language in Language] == [
        "7月11日星期五", "пятница, 11 июля", "Friday 11 July",
    ]  # fmt: skip
    assert {catalog(language).time(start) for language in Language} == {"01:30"}
    assert [catalog(language).date(start) for language in Language] == [
        "2025年7月11日", "11 июля 2025 г.", "11 July 2025",
    ]  # fmt: skip


def test_periods():
    start = datetime(2025, 7, 10, 9, 0, tzinfo=EVENT_ZONE)
    say = catalog(EN)
    assert say.period(start, start + timedelta(minutes=40)) == "09:00–09:40"
    assert say.period(start, None) == "from 09:00"
    assert say.period(start, start + timedelta(days=1)) == "Thursday 10 July, 09:00 – Friday 11 July, 09:00"
    assert catalog(ZH).period(start, None) == "09:00起"
    assert {catalog(one).period(start, start + timedelta(minutes=40)) for one in Language} == {"09:00–09:40"}
    assert catalog(RU).period(start, start + timedelta(days=1)) == "четверг, 10 июля, 09:00 — пятница, 11 июля, 09:00"
    assert [say.minutes(timedelta(seconds=61)), say.minutes(timedelta(hours=2))] == ["2 minutes", "2 hours"]


@pytest.mark.parametrize(
    ("language", "plain", "with_commas"),
    [(ZH, "A、B、C", "A，B；C"), (RU, "A, B, C", "A，B; C"), (EN, "A, B, C", "A，B; C")],
)
def test_lists_are_parted_as_the_language_parts_them(language, plain, with_commas):
    say = catalog(language)
    assert say.list(name for name in "ABC") == plain
    assert say.list(["A，B", "C"]) == with_commas
    assert say.list([]) == ""


def test_unknown_phrase_is_shown_as_it_stands():
    say = catalog(RU)
    assert say.text("A phrase of {kind} that nobody translated", kind="a kind") == (
        "A phrase of a kind that nobody translated"
    )


def test_template_is_up_to_date():
    from babel.messages.pofile import read_po

    with (LOCALES / "bot.pot").open("rb") as file:
        kept = {key(message) for message in read_po(file) if message.id}
    assert kept == {key(message) for message in TEMPLATE if message.id}, "run: python -m bot phrases"


SPOKEN = sorted((ROOT / "bot" / "conversation").glob("*.py"))
TRANSLATED = {"text", "plural", "label"}
FOR_PROGRAMMERS = {"ButtonRefused", "ValueError", "RuntimeError", "KeyError", "getLogger", "TypeVar"}


@pytest.mark.parametrize("file", SPOKEN, ids=lambda file: file.stem)
def test_every_phrase_of_the_conversation_goes_through_the_catalogs(file):
    tree = ast.parse(file.read_text("utf-8"))
    allowed: set[int] = set()
    for node in ast.walk(tree):
        # Bare strings are docstrings and notes under fields.
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            allowed.add(id(node.value))
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            logs = isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") in {"logger", "log"}
            if name in TRANSLATED | FOR_PROGRAMMERS or logs:
                for argument in node.args:
                    allowed.update(id(part) for part in ast.walk(argument))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in allowed:
            assert not re.search(r"[A-Za-zА-Яа-яё]{2,} [A-Za-zА-Яа-яё]{2,}|[㐀-鿿]", node.value), (
                f"{file.name}:{node.lineno} speaks past the catalogs: {node.value!r}"
            )


SENTENCES = [
    (f"{file.relative_to(ROOT)}:{node.lineno}", node)
    for file in sorted((ROOT / "bot").rglob("*.py"))
    for node in ast.walk(ast.parse(file.read_text("utf-8")))
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Sentence"
]


def test_every_sentence_made_on_a_lower_floor_stands_in_the_catalogs_with_the_values_it_names():
    known = {message.id for message in TEMPLATE}
    assert len(SENTENCES) > 100
    for place, call in SENTENCES:
        (template,) = call.args
        assert isinstance(template, ast.Constant), f"{place}: a template is a literal, so that it is found"
        assert template.value in known, f"{place}: {template.value}"
        assert {keyword.arg for keyword in call.keywords} == placeholders(template.value), f"{place}: {template.value}"


def test_whoever_reports_a_problem_of_a_file_gives_a_sentence():
    """An f-string there would reach Russian and Chinese organizers in English."""
    rooms = [*(ROOT / "bot" / "stores" / "knowledge_files").glob("*.py"), *(ROOT / "bot" / "encoder").glob("*.py")]
    for file in (*rooms, ROOT / "bot" / "services" / "parity.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                last = node.args[2:3] if name == "Problem" else node.args[1:2] if name in ("error", "warning") else []
                assert not any(isinstance(part, ast.JoinedStr | ast.Constant) for part in last), (
                    f"{file.name}:{node.lineno}"
                )


def test_phrases_are_whole():
    """No phrase begins or ends in a space: nobody glues sentences."""
    for message in TEMPLATE:
        for text in texts(message.id) if message.id else []:
            assert text == text.strip()
