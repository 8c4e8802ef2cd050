"""The gazetteer of a programme: which names stand for what, and which are too ambiguous to count."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from bot.domain.language import Localized
from bot.domain.programme import Programme
from bot.domain.reading import kinds
from bot.domain.reading.forms import stem
from bot.domain.reading.names import Gazetteer, Sort, stems_of
from bot.domain.reading.spellings import spellings
from bot.domain.reading.writing import has_han, lowered, tidy, words

_PRACTICAL = "travel"
"""The kind of glossary terms of daily life: food, money, transport."""


def names_of(names: Localized, aliases: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """Every name of an entity in every language."""
    yield from (text for _, text in names.items())
    for alternatives in aliases.values():
        yield from alternatives


def build(programme: Programme) -> Gazetteer:
    """All names of a programme."""
    gazetteer = Gazetteer()
    topics = {topic for session in programme.sessions for topic in session.topics}
    for session in programme.sessions:
        gazetteer.add(session.id.replace("-", " "), Sort.SESSION, session.id)
        for name in names_of(session.title, session.aliases):
            gazetteer.add(name, Sort.SESSION, session.id)
    for venue in programme.venues:
        for name in names_of(venue.title, venue.aliases):
            gazetteer.add(name, Sort.VENUE, venue.id)
        for room in venue.rooms:
            for name in names_of(room.name, room.aliases):
                gazetteer.add(name, Sort.ROOM, room.id)
    known = {session.kind for session in programme.sessions}
    for kind, names in kinds.NAMES.items():
        for name in names if kind in known else ():
            gazetteer.add(name, Sort.KIND, kind)
    foreign: set[str] = set()
    single = {word for key in gazetteer.stems for word in key}
    for term in programme.glossary:
        sort = Sort.TOPIC if term.id in topics else Sort.SPEAKER if term.kind == "person" else Sort.OTHER
        for name in names_of(term.names, term.aliases):
            if term.kind == _PRACTICAL:
                foreign.update(_key(part) for part in spellings(name))
            if sort is Sort.OTHER and _is_everyday(gazetteer, single, name):
                continue
            owners = [session.id for session in programme.sessions if term.id in session.topics]
            if len(owners) == 1 and kinds.names_a_forum(name):
                gazetteer.add(name, Sort.SESSION, owners[0])
                continue
            gazetteer.add(name, sort, term.id)
    _drop_ambiguous(gazetteer, programme, foreign)
    _add_hints(gazetteer, programme)
    return gazetteer


def _key(name: str) -> str:
    return name.replace(" ", "") if has_han(name) else " ".join(stems_of(words(name)))


def _is_everyday(gazetteer: Gazetteer, single: set[str], name: str) -> bool:
    """Whether a glossary term says nothing but what sessions, kinds and rooms are called anyway."""
    tidied = lowered(tidy(name))
    if has_han(tidied):
        rest = tidied
        for known in sorted((key for key in gazetteer.han if key in rest), key=len, reverse=True):
            rest = rest.replace(known, "")
        return not re.sub(r"[和与及暨、,\s]", "", rest)
    keys = stems_of(words(tidied))
    return bool(keys) and (keys in gazetteer.stems or (len(keys) > 1 and all(key in single for key in keys)))


def _drop_ambiguous(gazetteer: Gazetteer, programme: Programme, foreign: set[str]) -> None:
    """An alias of a session that is also the name of something else (halal food) does not name the session."""
    titles = {_key(part) for session in programme.sessions for _, text in session.title.items() for part in spellings(text)}
    for table in (gazetteer.stems, gazetteer.han):
        for key, meanings in table.items():
            flat = key if isinstance(key, str) else " ".join(key)
            if Sort.SESSION in meanings and flat in foreign and flat not in titles:
                meanings[Sort.OTHER] = meanings.pop(Sort.SESSION)


def _add_hints(gazetteer: Gazetteer, programme: Programme) -> None:
    """Words of the names of exactly one session, other than the words of its kind."""
    owners: dict[str, set[str]] = defaultdict(set)
    of_kind = {kind: {stem(word.text) for name in names for word in words(lowered(name))} for kind, names in kinds.NAMES.items()}
    for session in programme.sessions:
        told = [lowered(tidy(name)) for name in names_of(session.title, session.aliases)]
        stems = {token.stem for name in told for token in words(name) if not has_han(token.text)}
        gazetteer.own[session.id] = stems | of_kind.get(session.kind, set())
        gazetteer.own_han[session.id] = " ".join(told + list(kinds.NAMES.get(session.kind, ())))
    for session in programme.sessions:
        for name in names_of(session.title, session.aliases):
            for piece in spellings(name):
                if has_han(piece):
                    core = kinds.HAN_KIND.sub("", piece)
                    if len(core) >= 2 and core != piece:
                        owners[core].add(session.id)
                else:
                    for token in words(piece):
                        if len(token.text) >= 4 and not kinds.is_generic(token.stem):
                            owners[token.stem].add(session.id)
    for key, ids in owners.items():
        if len(ids) == 1:
            table = gazetteer.han_hints if has_han(key) else gazetteer.hints
            if (key if has_han(key) else (key,)) not in (gazetteer.han if has_han(key) else gazetteer.stems):
                table[key] = sorted(ids)
