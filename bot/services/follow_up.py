"""Follow-ups: a message that only makes sense after the person's previous one is read together with it."""

from __future__ import annotations

import re
from enum import Enum
from functools import cache

from bot.domain.language import fold
from bot.encoder import analysis, lexicon

# Concepts of these lexicon files ask, connect or point, but name no subject of their own.
_POINTING_FILES = ("questions", "function_words", "time", "numbers")
# These are asked of a thing that was named before.
_ATTRIBUTES = ("floor-level", "address", "price")

SHORT = 2
"""A message of at most so many subjects may lean on the one before."""

# How people open a message that leans on the one before.
_OPENING = re.compile(
    r"^(?:(?:а|и|но|ну а|тогда|туда|там|оттуда|его|ее|их|они|он|она|этот|эта|это"
    r"|and|but|what about|how about|then|there|is it|is that|are they|does it|it|that|those)\b"
    r"|那|它|这个|那个|还有|然后|另外)"
)


class Leaning(Enum):
    """How far a message leans on the one before."""

    NOT = "it names its own subject"
    PERHAPS = "it is short"
    OPENLY = "it opens with a word that points back, or names no subject"


def leaning(text: str) -> Leaning:
    """Whether a message may need the person's previous one to be understood.

    One without a word that can be read is no follow-up: in another script, a number, a slip of the hand. Read together
    with the one before, it would get that one's answer again.
    """
    if _OPENING.match(analysis.simplified(fold(text))):
        return Leaning.OPENLY
    known = [word for word in analysis.content(analysis.words(text)) if _is_known(word)]
    subjects = _subjects(text)
    if not known or len(subjects) > SHORT:
        return Leaning.NOT
    return Leaning.PERHAPS if subjects else Leaning.OPENLY


def _is_known(word: str) -> bool:
    return not word[0].isdigit() and bool(word in _pointing() or lexicon.concepts_in(word))


def joined(previous: str, text: str) -> str:
    """A message with the one before.

    Words that name a subject of their own count twice: measured .86 right against .67 counted once. A message without
    one ("which floor?") only asks something of the subject before, and may not drown it.
    """
    return f"{previous} {text} {text}" if _subjects(text) else f"{previous} {text}"


def _subjects(text: str) -> list[str]:
    """The content words that say what the message is about."""
    table = _pointing()
    found = []
    for word in analysis.content(analysis.words(text)):
        concepts = lexicon.concepts_in(word)
        if word not in table and not (concepts and all(concept in table for concept in concepts)):
            found.append(word)
    return found


@cache
def _pointing() -> frozenset[str]:
    """Ids of pointing concepts, and the words of their forms."""
    names = set(_ATTRIBUTES)
    for name in _POINTING_FILES:
        lines = (lexicon.FOLDER / f"{name}.tsv").read_text("utf-8").splitlines()[1:]
        names.update(line.partition("\t")[0] for line in lines)
    words = {
        word
        for concept in lexicon.concepts()
        if concept.id in names
        for forms in concept.forms.values()
        for form in forms
        if len(analysis.words(form)) == 1
        for word in analysis.words(form)
    }
    return frozenset(names | words)
