"""A preview as lines for the terminal, in English like the rest of the organizers' command."""

from __future__ import annotations

from collections.abc import Iterator

from bot.domain.changes import ChangeKind, SessionChange
from bot.domain.language import Language
from bot.services.preview import Difference, Preview
from bot.services.quality import MARGIN
from bot.services.replay import Told

MOST = 15
"""Questions shown of each kind; the page has them all."""
_KINDS = {
    "lost": ("loses its answer", "lose their answer"),
    "elsewhere": ("now reaches another entry", "now reach another entry"),
    "reworded": ("is answered in other words", "are answered in other words"),
    "found": ("gets an answer now", "get an answer now"),
    "choice": ("gets another choice", "get another choice"),
}
_SESSIONS = {
    ChangeKind.ADDED: "added", ChangeKind.CANCELLED: "cancelled", ChangeKind.RESTORED: "takes place again",
    ChangeKind.MOVED_TIME: "moved in time", ChangeKind.MOVED_PLACE: "moved to another room",
    ChangeKind.RETITLED: "renamed",
}  # fmt: skip


def lines(found: Preview) -> Iterator[str]:
    """The whole preview, the most important first."""
    version = f"version {found.old_version}" if found.old_version else "nothing published yet"
    yield f"Preview against {version}: {found.changes}. Nothing was published."
    for name, ids in (
        ("added", found.changes.added), ("changed", found.changes.changed), ("removed", found.changes.removed),
    ):  # fmt: skip
        for entry_id in ids:
            yield f"  {name:<8} {entry_id}: {found.title(entry_id, Language.EN)}"
    for change in found.sessions:
        yield f"  session  {change.session_id}: {_change(change)}"
    for collision in found.collisions:
        yield (
            f"  {collision.entry_id} and {collision.other_id} answer the same questions "
            f"({len(collision.questions)} of {collision.of}), such as: {collision.questions[0]}"
        )
    yield f"Asked again: {found.real} questions of people, {found.golden} golden questions."
    if found.compared:
        yield from _differences(found)
    else:
        yield "The published version could not be asked, so no answers are compared."
    yield from _figures(found)
    for fall in found.falls:
        yield f"Publication would be refused (worse by more than {MARGIN:.0%}): {fall}"


def summary(found: Preview) -> str:
    """One line: what happens to those who ask."""
    said = []
    for kind, (one, several) in _KINDS.items():
        if count := found.count(kind):
            said.append(f"{count} question {one}" if count == 1 else f"{count} questions {several}")
    return ("; ".join(said) or "No answer changes") + "."


def _differences(found: Preview) -> Iterator[str]:
    yield summary(found)
    for kind, (_, words) in _KINDS.items():
        several = [one for one in found.differences if one.kind == kind]
        if several:
            yield f"Questions that {words}:"
        for one in several[:MOST]:
            yield f"  {one.asked.text}  [{_mark(one)}]"
            before, after = one.words
            yield f"      before: {_told(found, one.before)}{before and f': {before}'}"
            yield f"      after:  {_told(found, one.after)}{after and f': {after}'}"
        if len(several) > MOST:
            yield f"  … and {len(several) - MOST} more"


def _mark(one: Difference) -> str:
    if one.asked.golden:
        return f"{one.asked.language}, golden"
    return f"{one.asked.language}, asked " + ("once" if one.times == 1 else f"{one.times} times")


def _told(found: Preview, told: Told) -> str:
    titles = " / ".join(f"{found.title(entry_id, Language.EN)} ({entry_id})" for entry_id in told.entries[:3])
    kinds = {
        "answer": titles, "programme": f"from the programme: {titles or 'nothing on then'}",
        "choice": f"a choice of {titles}", "handover": "a person answers", "courtesy": "small talk",
    }  # fmt: skip
    return kinds[told.kind]


def _change(change: SessionChange) -> str:
    parts = [_SESSIONS[kind] for kind in change.kinds]
    if ChangeKind.MOVED_TIME in change.kinds and change.old and change.new:
        times = [" ".join(f"{slot.start:%m-%d %H:%M}" for slot in side.slots) for side in (change.old, change.new)]
        parts.append(f"{times[0]} -> {times[1]}")
    if ChangeKind.MOVED_PLACE in change.kinds:
        rooms = [room.id if room else "no room" for room in (change.old_room, change.new_room)]
        parts.append(f"{rooms[0]} -> {rooms[1]}")
    return ", ".join(parts)


def _figures(found: Preview) -> Iterator[str]:
    names = list(dict.fromkeys(row.after.name for row in found.figures))
    if not names:
        return
    yield f"{'Golden questions':<54}" + "".join(f"{language.value:>18}" for language in Language)
    for name in names:
        cells = []
        for language in Language:
            row = next((row for row in found.figures if row.language is language and row.after.name == name), None)
            before = f"{row.before.value:.1%} -> " if row and row.before and row.before.count else ""
            cells.append(f"{before}{row.after.value:.1%}" if row else "")
        yield f"  {name:<52}" + "".join(f"{cell:>18}" for cell in cells)
