"""Word of a change: what was told before and what is so now, side by side, in the person's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.conversation import agenda, entries, sessions
from bot.conversation.reply import Attachment, Button, Reply
from bot.domain.changes import ChangeKind, SessionChange
from bot.domain.edition import Edition
from bot.domain.knowledge import Entry, Status
from bot.domain.programme import Programme, Room, Session
from bot.i18n import Translator, catalog
from bot.services.calendar_files import calendar_file, sequence_of
from bot.services.notices import Affected

MOST_BUTTONS = 6


def change_notice(person: Affected, edition: Edition, former: Programme, now: datetime) -> Reply:
    """One message about all that changed for this person, with the calendar file of what stands in their agenda."""
    say = catalog(person.language)
    parts = [_change(change, say) for change in person.changes]
    number = len(parts)
    if person.planned:
        parts.append(say.text("The file brings the calendar of your phone or computer up to date."))
    gone = all(change.new is None for change in person.changes)
    current = [change.session for change in person.changes if change.new is not None]
    rows = sessions.card_buttons(current, say, "o", MOST_BUTTONS)
    rows.append((silence(say),))
    return Reply(
        title=say.plural("🔔 {number} change in the programme", "🔔 {number} changes in the programme", number),
        text="\n\n".join(parts),
        small_print="" if gone else sessions.small_print(current, edition, say),
        buttons=tuple(rows),
        attachment=_file(person, edition.programme, former, say, now) if person.planned else None,
        chat=person.chat,
    )


def silence(say: Translator) -> Button:
    """The way out, under everything that was not asked for."""
    return Button(say.label("button", "🔕 No announcements, no changes"), f"a:news:0:{say.language}")


def _change(change: SessionChange, say: Translator) -> str:
    """One session: its title, then a line for each kind of change."""
    title = sessions.title_of(change.session, say)
    lines = [_line(kind, change, say) for kind in change.kinds]
    if change.new is not None and not change.new.cancelled:
        lines.append(say.text("So it is now: {when}", when=_times(change.new, say)) + _place(change.new_room, say))
    return "\n".join((f"• {title}", *lines))


def _line(kind: ChangeKind, change: SessionChange, say: Translator) -> str:
    old, new = change.old, change.new
    match kind:
        case ChangeKind.CANCELLED:
            assert old is not None
            return say.text("❌ Cancelled. It was to be: {when}", when=_times(old, say)) + _place(change.old_room, say)
        case ChangeKind.RESTORED:
            return say.text("✅ It takes place after all.")
        case ChangeKind.MOVED_TIME if old and new:
            return say.text("🕘 Moved from {old} to {new}.", old=_times(old, say), new=_times(new, say))
        case ChangeKind.MOVED_PLACE:
            before, after = (_room(room, say) for room in (change.old_room, change.new_room))
            return say.text("📍 Moved from {old} to {new}.", old=before, new=after)
        case ChangeKind.RETITLED if old:
            before = sessions.title_of(old, say)
            return say.text("✏️ It has a new title; before: “{old}”.", old=before)
        case _:
            return say.text("🆕 New in the programme.")


def _times(session: Session, say: Translator) -> str:
    return say.list(sessions.when(slot, say) for slot in sorted(session.slots))


def _room(room: Room | None, say: Translator) -> str:
    return sessions.text_of(room.name if room else None, say) or say.label("place", "a place not yet set")


def _place(room: Room | None, say: Translator) -> str:
    return f" · {_room(room, say)}" if room is not None else ""


def _file(person: Affected, programme: Programme, former: Programme, say: Translator, now: datetime) -> Attachment:
    """The changed sessions of the person's agenda, with higher sequence numbers; what is gone is called off."""
    changed = [change for change in person.changes if change.session_id in person.planned]
    lost = {change.session_id for change in changed if change.new is None}
    shown = [_called_off(change.session) if change.session_id in lost else change.session for change in changed]
    content = calendar_file(
        programme,
        shown,
        say.language,
        stamp=now,
        name=agenda.calendar_name(say),
        sample=agenda.sample_remark(say),
        former={change.session_id: change.old for change in changed if change.old and change.session_id not in lost},
        sequences={one: sequence_of(former, one) + 1 for one in lost},
    )
    return Attachment("changes.ics", content)


def _called_off(session: Session) -> Session:
    return replace(session, status=Status.CANCELLED)


def correction_notice(person: Affected, entry: Entry, edition: Edition) -> Reply:
    """A text that was corrected: as the person was told it, and as it is now."""
    say = catalog(person.language)
    assert person.entry is not None
    before, now = person.entry.shown_in(say.language)[0], entry.shown_in(say.language)[0]
    parts = [
        say.text("I told you something that has been corrected since."),
        say.text("This is what I told you:") + "\n" + before.body,
        say.text("This is right now:") + "\n" + now.body,
    ]
    return Reply(
        title=f"🔔 {now.title}",
        text="\n\n".join(parts),
        small_print=entries.small_print([entry], edition, say),
        buttons=((silence(say),),),
        chat=person.chat,
        ref=f"entry:{entry.id}",
    )


def described(changes: Sequence[SessionChange], say: Translator) -> list[str]:
    """The changes as the organizer is shown them, before anybody else."""
    return [f"[{change.session_id}]\n{_change(change, say)}" for change in changes]
