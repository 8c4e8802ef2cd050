"""Everything that can be checked in one rendering: values of every kind, each read once."""

from __future__ import annotations

from bot.domain.language import Language
from bot.domain.parity import calendar, clock, contacts, numbers, periods, rooms
from bot.domain.parity.names import Lexicon
from bot.domain.parity.values import Sheet, Value


def read(text: str, language: Language, lexicon: Lexicon) -> tuple[Value, ...]:
    """The values of a text, in the order in which they stand."""
    sheet = Sheet(text)
    found = [*contacts.read_links(sheet), *contacts.read_phones(sheet)]
    # «level 1, 10 and 11 July»: rooms go before dates.
    found += rooms.read(sheet, language)
    found += calendar.read_dates(sheet, language)
    found += clock.read(sheet, language)
    # Names are read beside the numbers, not before them: «line 2» is a name and has a number.
    found += lexicon.read(Sheet(sheet.text))
    # «Q2» is no code.
    found += periods.read(sheet, language)
    found += contacts.read_codes(sheet, language)
    found += numbers.read(sheet, language)
    return tuple(sorted(found, key=lambda value: (value.start, value.kind)))
