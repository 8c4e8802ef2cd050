"""The grammar of time and place: schedule questions in three languages, read and looked up exactly."""

from bot.domain.reading.calendar import closing_of, end_of, lunch_of
from bot.domain.reading.finding import Findings, lookup, rests_on
from bot.domain.reading.grammar import read
from bot.domain.reading.model import Aspect, PartOfDay, Reading, Relation, Window

__all__ = [
    "Aspect", "Findings", "PartOfDay", "Reading", "Relation", "Window", "closing_of", "end_of", "lookup", "lunch_of", "read", "rests_on",
]  # fmt: skip
