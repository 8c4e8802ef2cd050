"""Times told by a session: after the opening, before dinner, during lunch."""

from __future__ import annotations

import re

from bot.domain.reading.model import Relation
from bot.domain.reading.names import Name, Sort
from bot.domain.reading.writing import Writing, has_han

_ANCHOR_BEFORE = re.compile(
    r"(?<![a-zа-я])(?P<after>after|following|follows|once|следует (?:сразу )?за|после|сразу после"
    r"|вслед за)(?P<x1> (?:the|a|our|end of|this))*"
    r" (?:окончания |завершения |конца )?$"
    r"|(?<![a-zа-я])(?P<before>before|prior to|until|till|ahead of|перед|до|накануне)(?P<x2> (?:the|a|our"
    r"|start of))* (?:начала )?$"
    r"|(?<![a-zа-я])(?P<during>during|in parallel with|parallel to|at the same time as|simultaneously with"
    r"|во время|параллельно с|одновременно с|в течение)(?: (?:the|a|our))* $"
)  # fmt: skip
_ANCHOR_AFTER = re.compile(
    r"(?P<after>(?:一?(?:结束|完|开完|散场|吃完)了?(?=,|，|、| )|(?:结束|完|开完|散场|吃完)?了?(?:以后|之后|过后|后)(?!天)))"
    r"|(?P<before>(?:开始)?(?:以前|之前|前(?!天|往|台)))|(?P<during>期间|的?同时(?:段)?|进行时)"
)


def _anchor_relation(found: re.Match[str]) -> Relation:
    if found["after"]:
        return Relation.AFTER
    return Relation.BEFORE if found["before"] else Relation.BETWEEN


def find_anchor(writing: Writing, names: list[Name]) -> tuple[Name | None, Relation | None]:
    """The session that a time is told by: "after the opening", 晚宴之前."""
    for name in names:
        if name.sort not in (Sort.SESSION, Sort.KIND):
            continue
        before = writing.text[: name.start]
        if found := _ANCHOR_BEFORE.search(before):
            writing.cover(found.start(), name.start)
            return name, _anchor_relation(found)
        after = writing.text[name.end :]
        if has_han(name.text) and (found := _ANCHOR_AFTER.match(after)):
            writing.cover(name.end, name.end + found.end())
            return name, _anchor_relation(found)
    return None, None
