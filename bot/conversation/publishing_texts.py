"""What an organizer reads of a publication: refusals, the preview in a few lines, what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.domain.changes import ChangeKind, SessionChange
from bot.domain.knowledge import Problem
from bot.domain.language import NATIVE_NAMES
from bot.i18n import Translator
from bot.services.evaluation import figures_of
from bot.services.preview import Preview
from bot.services.quality import MARGIN, Fall
from bot.services.restoring import Restored
from bot.services.uploads import SECTIONS, UploadRefused, Why

if TYPE_CHECKING:
    from bot.services.ingestion import Outcome

_MOST = 8
"""Lines of a kind in the message; the page has them all."""


def not_taken(error: UploadRefused, say: Translator) -> str:
    """Why a file is not taken, and what to do."""
    name = error.name or say.text("the archive")
    match error.why:
        case Why.TOO_LARGE:
            return say.text("{name} is too large: a knowledge file has at most 1 MB, an archive 10 MB.", name=name)
        case Why.TOO_MANY:
            return say.text("There are too many files in the archive (500 are allowed).")
        case Why.BOMB:
            return say.text("{name} unpacks to far more than it says. I have not opened it.", name=name)
        case Why.TRAVERSAL:
            return say.text("{name} leads out of the archive. I have not opened it.", name=name)
        case Why.LINK:
            return say.text("{name} is a link. Put the file itself into the archive.", name=name)
        case Why.ENCRYPTED:
            return say.text("The archive is protected with a password. Send it without one.")
        case Why.DAMAGED:
            return say.text("{name} is damaged. Pack it again or send the files one by one.", name=name)
        case Why.TWICE:
            return say.text("{name} is in the archive twice.", name=name)
        case Why.EMPTY:
            return say.text("There is no knowledge file in the archive.")
        case Why.NO_PLACE:
            return say.text(
                "I do not know where {name} belongs. Send it again with the name of the folder as its caption: "
                "{folders}.",
                name=name,
                folders=say.list(SECTIONS),
            )
    return say.text("I take Markdown, YAML, CSV and XLSX files, or a zip of them. {name} is none of these.", name=name)


def passed_over(names: Sequence[str], say: Translator) -> str:
    """What of an archive is left out, in a line; empty when nothing is."""
    if not names:
        return ""
    text = say.text("Left out, because it is no knowledge: {files}", files=say.list(names[:_MOST]))
    return f"{text} {_more(names, say)}" if len(names) > _MOST else text


def restored(found: Restored, say: Translator) -> list[str]:
    """What a rollback did to the files, a paragraph each."""
    parts = []
    if found.files:
        head = say.plural(
            "{number} file in the knowledge folder is put back to this version:",
            "{number} files in the knowledge folder are put back to this version:",
            len(found.files),
        )
        parts.append("\n".join([head, *_listed(found.files, say)]))
    if found.kept_in:
        parts.append(say.text("What stood there is kept in the folder {folder}.", folder=found.kept_in))
    if found.edited:
        head = say.text(
            "These files were changed since the last publication and stay as they are; what you publish next contains "
            "them:"
        )
        parts.append("\n".join([head, *_listed(found.edited, say)]))
    if found.trouble:
        parts.append(
            say.text(
                "⚠️ The files in the knowledge folder could not be put back ({why}). What you publish next contains the "
                "mistake again; please correct it there first.",
                why=found.trouble,
            )
        )
    return parts


def _listed(lines: Sequence[str], say: Translator) -> list[str]:
    """The first of them, a line each, and how many more there are."""
    listed = [f"• {line}" for line in lines[:_MOST]]
    if len(lines) > _MOST:
        listed.append(_more(lines, say))
    return listed


def _more(several: Sequence[str], say: Translator) -> str:
    return say.plural("… and {number} more", "… and {number} more", len(several) - _MOST)


def problems(found: Sequence[Problem], say: Translator) -> str:
    """The first of them, each with its file and line."""
    return "\n".join(_listed([problem_line(problem, say) for problem in found], say))


def problem_line(problem: Problem, say: Translator) -> str:
    """One problem; whether it is an error or a warning the heading above it says."""
    return f"{problem.path}:{problem.line}: {say.told(problem.sentence)}"


def refused(errors: Sequence[Problem], say: Translator) -> str:
    """The check found errors."""
    head = say.plural(
        "There is {number} error. Nothing was changed; please correct it and send the file again.",
        "There are {number} errors. Nothing was changed; please correct them and send the file again.",
        len(errors),
    )
    return f"{head}\n\n{problems(errors, say)}"


def not_published(outcome: Outcome, say: Translator) -> str:
    """Why files that were checked are refused all the same when they are published."""
    return "\n".join(fallen(outcome.falls, say)) if outcome.falls else refused(outcome.knowledge.errors, say)


def broke_down(error: Exception, say: Translator) -> str:
    """Something on the server is in the way; what it is, is for those who look after it."""
    return say.text(
        "A fault on the server is in the way; what is published stays. Please try again later. If it happens again, "
        "pass this on to those who look after the server: {reason}",
        reason=error,
    )


def kind_names(say: Translator) -> dict[str, str]:
    """What can happen to a question, as a heading."""
    return {
        "lost": say.label("preview", "Questions that lose their answer"),
        "elsewhere": say.label("preview", "Questions that reach another entry"),
        "reworded": say.label("preview", "Questions answered in other words"),
        "found": say.label("preview", "Questions that get an answer now"),
        "choice": say.label("preview", "Questions that get another choice"),
    }


def preview(found: Preview, say: Translator) -> str:
    """The preview in a few lines."""
    parts = ["\n".join(_changed(found, say)), "\n".join(_answers(found, say))]
    if found.collisions:
        parts.append("\n".join(collisions(found, say)[:_MOST]))
    if warnings := _urgent_first(found):
        head = say.plural("⚠️ {number} warning, it does not stop publishing:",
                          "⚠️ {number} warnings, they do not stop publishing:", len(warnings))  # fmt: skip
        parts.append(f"{head}\n{problems(warnings, say)}")
    if found.falls:
        lines = fallen(found.falls, say)
        lines.append(
            say.text(
                "More than {percent} points worse is not published by a button. If it must be, reply to this message "
                "with the reason; it is kept with the version.",
                percent=round(MARGIN * 100),
            )
        )
        parts.append("\n".join(lines))
    return "\n\n".join(part for part in parts if part)


def _urgent_first(found: Preview) -> list[Problem]:
    """The warnings: what is missing before the rest, and what changes now before what was there already."""
    touched = {rendering.path for entry_id in (*found.changes.added, *found.changes.changed)
               for rendering in found.entries[entry_id].renderings.values()}  # fmt: skip
    return sorted(found.knowledge.warnings, key=lambda problem: (not problem.gap, problem.path not in touched))


def fallen(falls: Sequence[Fall], say: Translator) -> list[str]:
    """That figures got worse, and which."""
    heading = say.text("⚠️ The test questions are answered worse than before:")
    return [heading, *(f"• {fall(one, say)}" for one in falls)]


def fall(one: Fall, say: Translator) -> str:
    """One figure that got worse."""
    name = say.label("figure", "right answers") if one.verdict == "right" else say.label("figure", "wrong answers")
    return say.text(
        "{language}, {figure}: {before}\u00a0% before, {after}\u00a0% after",
        language=NATIVE_NAMES[one.language],
        figure=name,
        before=_percent(one.before),
        after=_percent(one.after),
    )


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"


def figure_names(say: Translator) -> dict[str, str]:
    """The evaluation's figures in the organizer's language; in its order."""
    names = (
        say.label("figure", "Direct questions: right entry first"),
        say.label("figure", "Indirect questions: right entry first"),
        say.label("figure", "Right answer given"),
        say.label("figure", "Right answer given or offered"),
        say.label("figure", "With slips, or very short"),
        say.label("figure", "Of the answers given, wrong"),
        say.label("figure", "Answered although nothing is known"),
        say.label("figure", "Near misses that were answered"),
        say.label("figure", "Off topic, handed over"),
        say.label("figure", "Small talk recognised"),
    )
    return {figure.name: name for figure, name in zip(figures_of([]), names, strict=True)}


def _changed(found: Preview, say: Translator) -> list[str]:
    lines = []
    for name, ids in (
        (say.label("preview", "New"), found.changes.added), (say.label("preview", "Changed"), found.changes.changed),
        (say.label("preview", "Removed"), found.changes.removed),
    ):  # fmt: skip
        for entry_id in ids[:_MOST]:
            lines.append(f"{name}: {found.title(entry_id, say.language)} ({entry_id})")
        if len(ids) > _MOST:
            lines.append(say.plural("… and {number} more", "… and {number} more", len(ids) - _MOST))
    lines += [session(change, say) for change in found.sessions[:_MOST]]
    return lines or [say.text("No entry changes.")]


def session(change: SessionChange, say: Translator) -> str:
    """What happens to one session, in a line."""
    names = {
        ChangeKind.ADDED: say.label("session change", "new"),
        ChangeKind.CANCELLED: say.label("session change", "cancelled"),
        ChangeKind.RESTORED: say.label("session change", "takes place again"),
        ChangeKind.MOVED_TIME: say.label("session change", "another time"),
        ChangeKind.MOVED_PLACE: say.label("session change", "another place"),
        ChangeKind.RETITLED: say.label("session change", "another title"),
    }
    parts = [names[kind] for kind in change.kinds]
    if ChangeKind.MOVED_TIME in change.kinds and change.old and change.new:
        before, after = (say.list(say.moment(slot.start) for slot in side.slots) for side in (change.old, change.new))
        parts.append(f"{before} → {after}")
    if ChangeKind.MOVED_PLACE in change.kinds:
        rooms = [room.name.show(say.language)[0] if room else "–" for room in (change.old_room, change.new_room)]
        parts.append(" → ".join(rooms))
    title = change.session.title.show(say.language)[0]
    return f"🗓 {title}: {say.list(parts)}"


def _answers(found: Preview, say: Translator) -> list[str]:
    lines = [
        say.text(
            "I put {real} questions of delegates and {golden} test questions to the old and to the new version.",
            real=found.real,
            golden=found.golden,
        )
    ]
    if not found.compared:
        return [*lines, say.text("The published version could not be asked, so there is nothing to compare with.")]
    names = kind_names(say)
    counts = [f"• {names[kind]}: {found.count(kind)}" for kind in names if found.count(kind)]
    return lines + (counts or [say.text("No answer changes.")])


def collisions(found: Preview, say: Translator) -> list[str]:
    """New entries that another one answers already."""
    return [
        say.text(
            "⚠️ “{one}” and “{other}” answer the same questions, such as: {question}",
            one=found.title(collision.entry_id, say.language),
            other=found.title(collision.other_id, say.language),
            question=collision.questions[0],
        )
        for collision in found.collisions
    ]
