"""How an entry is cut into the passages that the index holds."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bot.domain.knowledge import NOBODY, Entry, Passage, PassageKind
from bot.domain.language import Language

# A full stop ends a sentence only before a space and a capital, so "132.9" and "11 July 09.40" stay whole.
_SENTENCE_END = re.compile(r"(?<=[。！？])\s*|(?<=[.!?…])\s+(?=[A-ZА-ЯЁ«\"“])")


def sentences(text: str) -> list[str]:
    """The sentences of a text in any of the three languages."""
    return [part.strip() for part in _SENTENCE_END.split(text) if part and part.strip()]


def passages_of(entry: Entry) -> list[Passage]:
    """Title, questions, sentences, body and unanswered questions of each rendering; no text twice within one."""
    found: list[Passage] = []
    for language, rendering in entry.renderings.items():
        seen: set[str] = set()
        pieces = [(PassageKind.TITLE, rendering.title)]
        pieces += [(PassageKind.QUESTION, question) for question in rendering.questions]
        pieces += [(PassageKind.SENTENCE, sentence) for sentence in sentences(rendering.body)]
        pieces += [(PassageKind.BODY, rendering.body)]
        pieces += [(PassageKind.NOT_ANSWERED, question) for question in rendering.not_answered]
        for kind, text in pieces:
            if text and text not in seen:
                seen.add(text)
                found.append(Passage(entry.id, language, kind, text))
    return found


def passages_elsewhere(texts: Mapping[Language, Sequence[str]]) -> list[Passage]:
    """Messages far from any entry as passages of nobody."""
    return [
        Passage(NOBODY, language, PassageKind.ELSEWHERE, text)
        for language, own in texts.items()
        for text in dict.fromkeys(own)
    ]
