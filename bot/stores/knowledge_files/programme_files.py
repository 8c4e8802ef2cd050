"""The structured files: the event, venues with rooms, sessions, and the glossary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.domain.event_name import EventName
from bot.domain.knowledge import Entry, EntryKind, Rendering, Status
from bot.domain.language import Language, Localized
from bot.domain.programme import Person, Room, Session, Slot, Venue
from bot.domain.sentence import Sentence
from bot.stores.knowledge_files.fields import A_DAY, A_MOMENT, Fields, as_date, is_id, with_nearest
from bot.stores.knowledge_files.prose import check_words, status_of
from bot.stores.knowledge_files.safe_yaml import Node
from bot.stores.knowledge_files.sources import Report

KINDS = (
    "ceremony", "forum", "sub-forum", "visit", "meal", "signing", "desk", "reception", "exhibition",
)  # fmt: skip
EVENT_KEYS = (
    "id", "name", "short", "theme", "hosts", "city", "languages", "time_zone", "days", "first_day_open", "venue",
    "emergency", "hotline",
)  # fmt: skip
SESSION_KEYS = (
    "id", "kind", "section", "start", "end", "slots", "room", "part_of", "status", "source", "checked", "topics",
    "speakers", "interpretation", "registration", "title", "summary", "aliases", "questions", "not_answered", "parity",
)  # fmt: skip
VENUE_KEYS = (
    "id", "status", "source", "checked", "title", "summary", "aliases", "questions", "not_answered", "address",
    "latitude", "longitude", "rooms", "step_free", "parity",
)  # fmt: skip
ROOM_KEYS = ("id", "name", "aliases", "level", "way")
TERM_KEYS = ("id", "kind", "names", "aliases")


Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Event:
    """What event.yaml says that the other files are checked against."""

    zone: ZoneInfo
    days: tuple[date, ...] = ()
    first_day_open: date | None = None
    venue: str = ""
    name: Localized | None = None
    short: Localized | None = None

    def called(self, terms: Iterable[Person]) -> EventName | None:
        """All its names, those of its term in the glossary included; None without the short one."""
        if self.name is None or self.short is None:
            return None
        same = [term for term in terms if term.names == self.name]
        aliases = [alias for term in same for known in term.aliases.values() for alias in known]
        return EventName(tuple(dict.fromkeys([*(text for _, text in self.name.items()), *aliases])), self.short)


@dataclass(frozen=True)
class Found(Generic[Thing]):
    """Something read from a structured file, with its place and its mapping of values."""

    item: Thing
    entry: Entry | None
    report: Report
    fields: Fields

    def error(self, key: str, problem: Sentence) -> None:
        """Report an error at one of its keys."""
        self.report.error(self.fields.at(key), problem)

    def warning(self, key: str, problem: Sentence) -> None:
        """Report a warning at one of its keys."""
        self.report.warning(self.fields.at(key), problem)


def read_event(node: Node, report: Report, default: ZoneInfo) -> Event:
    """The event's days and time zone."""
    fields = Fields(node, report, EVENT_KEYS, Sentence("the file"))
    zone = default
    if name := fields.text("time_zone"):
        try:
            zone = ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            problem = Sentence(
                "{key} '{text}' is unknown; an example: {example}", key="time_zone", text=name, example="Asia/Shanghai"
            )
            report.error(fields.at("time_zone"), problem)
    days = []
    for text in fields.list("days"):
        day = as_date(text)
        if day is None:
            problem = Sentence("{key} '{text}' is not a date such as {example}", key="days", text=text, example=A_DAY)
            report.error(fields.at("days"), problem)
        else:
            days.append(day)
    if not days:
        report.error(fields.at("days"), Sentence("{key} is missing: the dates of the event", key="days"))
    name, short, _, _ = (fields.localized(key) for key in ("name", "short", "theme", "city"))
    return Event(zone, tuple(sorted(days)), fields.day("first_day_open"), fields.text("venue"), name, short)


def members(node: Node, key: str, report: Report) -> list[Node]:
    """The mappings below `key:`, or of a plain list; what else stands in the file is reported."""
    if isinstance(node.value, dict):
        fields = Fields(node, report, (key,), Sentence("the file"))
        if key not in fields.values:
            report.error(node, Sentence("{key} is missing", key=key))
            return []
        node = fields.values[key]
    if isinstance(node.value, list):
        return [item for item in node.value if not item.is_empty]
    if not node.is_empty:
        report.error(node, _not_items(key))
    return []


def _not_items(key: str) -> Sentence:
    return Sentence("{key} must be a list of items that begin with `- id:`", key=key)


def read_session(node: Node, path: str, zone: ZoneInfo, report: Report) -> Found[Session] | None:
    """One session; None without an id or a title."""
    fields = Fields(node, report, SESSION_KEYS, Sentence("a session"))
    session_id, title = fields.id(), fields.localized("title", required=True)
    summary = fields.localized("summary", required=True)
    kind = fields.text("kind") or "session"
    if kind not in KINDS and fields.has("kind"):
        problem = with_nearest(Sentence("kind '{kind}' is unknown", kind=kind), kind, KINDS)
        report.error(fields.at("kind"), Sentence("{problem} (known: {known})", problem=problem, known=KINDS))
    section = fields.text("section") or "programme"
    if not is_id(section):
        problem = Sentence("section '{section}' must be a-z, 0-9 and hyphens", section=section)
        report.error(fields.at("section"), problem)
    status = status_of(fields, (Status.CONFIRMED, Status.SAMPLE, Status.CANCELLED)) or Status.CONFIRMED
    aliases = fields.lists("aliases")
    slots = _slots(fields, zone)
    entry = _entry(fields, session_id, section, EntryKind.SESSION, status, title, summary, aliases, path)
    session = Session(
        session_id, kind, slots, fields.text("room") or None, title or Localized(), summary or Localized(), status,
        section, fields.text("part_of") or None, fields.list("topics"), fields.list("speakers"),
        fields.list("interpretation"), fields.localized("registration"), aliases,
    )  # fmt: skip
    return Found(session, entry, report, fields) if session_id and title else None


def _slots(fields: Fields, zone: ZoneInfo) -> tuple[Slot, ...]:
    report = fields.report
    if not fields.has("slots"):
        slot = _slot(fields, zone)
        return (slot,) if slot else ()
    if fields.has("start") or fields.has("end"):
        report.error(fields.at("slots"), Sentence("give either slots or start and end"))
    node = fields.values["slots"]
    if not isinstance(node.value, list):
        example = '[{start: "2025-07-10 12:00", end: "2025-07-10 13:30"}]'
        report.error(node, Sentence("{key} must be a list such as {example}", key="slots", example=example))
        return ()
    slots = [_slot(Fields(item, report, ("start", "end"), Sentence("a slot")), zone) for item in node.value]
    return tuple(sorted((slot for slot in slots if slot), key=lambda slot: slot.start))


def _slot(fields: Fields, zone: ZoneInfo) -> Slot | None:
    report = fields.report
    if not fields.has("start"):
        report.error(fields.at("start"), Sentence("{key} is missing", key="start"))
        return None
    if as_date(fields.text("start")):
        report.error(fields.at("start"), _without_time("start"))
        return None
    start = fields.moment("start", zone)
    end_text = fields.text("end")
    if start is None:
        fields.moment("end", zone)
        return None
    if as_date(end_text):
        report.error(fields.at("end"), _without_time("end"))
        return Slot(start)
    if len(end_text) in {4, 5} and ":" in end_text:  # a time alone: the same day
        fields.values["end"] = replace(fields.values["end"], value=f"{start:%Y-%m-%d} {end_text}")
    end = fields.moment("end", zone)
    if end is not None and end <= start:
        problem = Sentence("end {end} is not after start {start}", end=_said(end), start=_said(start))
        report.error(fields.at("end"), problem)
        return Slot(start)
    return Slot(start, end)


def _without_time(key: str) -> Sentence:
    return Sentence("{key} has no time; write it as {example}", key=key, example=A_MOMENT)


def _said(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def _entry(
    fields: Fields, entry_id: str, section: str, kind: EntryKind, status: Status, title: Localized | None,
    body: Localized | None, aliases: Mapping[str, tuple[str, ...]], path: str,
) -> Entry | None:  # fmt: skip
    """The same thing as an entry; people also ask for it by its short names, so these are questions too."""
    sources, questions = fields.localized("source"), fields.lists("questions", warn=True)
    not_answered = fields.lists("not_answered")
    missing = tuple(key for key in ("status", "source", "checked") if not fields.has(key))
    if missing:
        problem = Sentence("{entry} has no {keys}", entry=entry_id or Sentence("an item"), keys=missing)
        fields.report.warning(fields.node, problem, gap=True)
    checked = fields.day("checked")
    renderings = {}
    for language in Language:
        name, text = (title and title.get(language)) or "", (body and body.get(language)) or ""
        if name and text:
            asked = tuple(dict.fromkeys((*questions.get(language, ()), *aliases.get(language, ()))))
            source = (sources and sources.get(language)) or ""
            refused = not_answered.get(language, ())
            renderings[language] = Rendering(name, text, source, asked, path, fields.node.line, refused)
            check_words(name, text, language, fields.at("title"), fields.report)
    return Entry(entry_id, section, kind, status, renderings, checked) if entry_id and renderings else None


def read_venue(node: Node, path: str, report: Report) -> Found[Venue] | None:
    """A venue with its rooms."""
    fields = Fields(node, report, VENUE_KEYS, Sentence("a venue"))
    venue_id, title = fields.id(), fields.localized("title", required=True)
    address, step_free = fields.localized("address", required=True), fields.localized("step_free")
    latitude, longitude = fields.number("latitude", -90, 90), fields.number("longitude", -180, 180)
    for key in ("latitude", "longitude"):
        if not fields.has(key):
            report.error(node, Sentence("{key} is missing", key=key))
    rooms = []
    if fields.has("rooms"):
        value = fields.values["rooms"].value
        if not isinstance(value, list):
            report.error(fields.at("rooms"), _not_items("rooms"))
            value = []
        rooms = [room for item in value if (room := _room(item, venue_id, report))]
    aliases = fields.lists("aliases")
    body = fields.localized("summary") or address
    status = status_of(fields, (Status.CONFIRMED, Status.SAMPLE)) or Status.CONFIRMED
    entry = _entry(fields, venue_id, "venues", EntryKind.VENUE, status, title, body, aliases, path)
    if not venue_id or title is None:
        return None
    venue = Venue(
        venue_id, title, address or Localized(), latitude or 0.0, longitude or 0.0, tuple(rooms), aliases, step_free
    )
    return Found(venue, entry, report, fields)


def _room(node: Node, venue_id: str, report: Report) -> Room | None:
    fields = Fields(node, report, ROOM_KEYS, Sentence("a room"))
    room_id, name = fields.id(), fields.localized("name", required=True)
    level = fields.number("level", -20, 200)
    if not room_id or name is None:
        return None
    return Room(
        room_id, venue_id, name, fields.lists("aliases"), None if level is None else int(level), fields.localized("way")
    )


def read_term(node: Node, report: Report) -> Found[Person] | None:
    """A name of the glossary; three languages are wanted, so a missing one is a warning."""
    fields = Fields(node, report, TERM_KEYS, Sentence("a glossary item"))
    term_id, names = fields.id(longest=80), fields.localized("names", required=True)
    person = Person(term_id, fields.text("kind", required=True), names or Localized(), fields.lists("aliases"))
    return Found(person, None, report, fields) if term_id and names else None
