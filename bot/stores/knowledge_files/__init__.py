"""The organizers' knowledge folder: read once, with every problem by file and line."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from zoneinfo import ZoneInfo

from bot.domain.knowledge import Entry, Problem, Severity, Status
from bot.domain.programme import Person, Programme, Session, Venue
from bot.domain.sentence import Sentence
from bot.stores.knowledge_files import checks, programme_files, prose, safe_yaml, sources, spreadsheets
from bot.stores.knowledge_files.programme_files import Event, Found
from bot.stores.knowledge_files.sources import Report

ZONE = ZoneInfo("Asia/Shanghai")
"""Where no event.yaml says otherwise."""


@dataclass(frozen=True)
class Knowledge:
    """A whole knowledge folder as it stood at one moment."""

    entries: tuple[Entry, ...]
    programme: Programme
    problems: tuple[Problem, ...]
    drafts: tuple[str, ...]
    """Files below drafts/, relative to the folder; never part of what is published."""
    digest: str
    """Tells this state of the files from any other; drafts and READMEs do not count."""
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """What was read, by relative path: the sources of a published version."""
    passed_over: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    """By entry, the `value: reason` lines of its `parity:` keys."""

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that block publication."""
        return tuple(problem for problem in self.problems if problem.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """The problems that do not."""
        return tuple(problem for problem in self.problems if problem.severity is Severity.WARNING)

    @property
    def samples(self) -> tuple[Entry, ...]:
        """The entries that are placeholders of the demo event."""
        return tuple(entry for entry in self.entries if entry.status is Status.SAMPLE)


def read(folder: Path) -> Knowledge:
    """Everything below `folder`; what is wrong with it stands in `problems`, sorted by file and line."""
    if not folder.is_dir():
        problem = Problem(sources.printable(folder.name), 1, Sentence("the knowledge folder does not exist"))
        return Knowledge((), Programme(ZONE, ()), (problem,), (), "")
    problems: list[Problem] = []
    files = dict(sources.walk(folder, problems))
    return _Reading(files, problems).knowledge(_drafts(folder))


def read_files(files: Mapping[str, bytes]) -> Knowledge:
    """The same for files that are not in a folder, such as a stored version or an upload."""
    return _Reading(dict(files), []).knowledge(())


def _drafts(folder: Path) -> tuple[str, ...]:
    found = (path for path in (folder / "drafts").rglob("*") if path.is_file() and not path.name.startswith("."))
    return tuple(sorted(path.relative_to(folder).as_posix() for path in found))


class _Reading:
    """One pass over the files, the structured ones first because the prose needs the time zone."""

    def __init__(self, files: dict[str, bytes], problems: list[Problem]) -> None:
        self._files = files
        self._problems = problems
        self._reports = {path: Report(path, problems) for path in files}
        self._event_report = self._reports.get("event.yaml") or Report("event.yaml", problems)
        self._sessions: list[Found[Session]] = []
        self._venues: list[Found[Venue]] = []
        self._terms: list[Found[Person]] = []
        self._pages: list[prose.Page] = []
        self._event = Event(ZONE)
        self._unread: set[str] = set()

    def knowledge(self, drafts: tuple[str, ...]) -> Knowledge:
        self._read_event()
        for path in self._files:
            if path != "event.yaml":
                self._read(path)
        entries, programme = self._joined()
        passed_over = self._passed_over()
        if not entries and not any(problem.severity is Severity.ERROR for problem in self._problems):
            self._problems.append(Problem(".", 1, Sentence("there is no entry in the knowledge folder")))
        problems = tuple(dict.fromkeys(sorted(self._problems)))
        return Knowledge(entries, programme, problems, drafts, _digest(self._files), self._files, passed_over)

    def _read_event(self) -> None:
        if "event.yaml" not in self._files:
            problem = Sentence("the file is missing; the days of the event are taken from the sessions")
            self._event_report.warning(1, problem)
        elif tree := self._tree("event.yaml"):
            self._event = programme_files.read_event(tree, self._event_report, ZONE)

    def _tree(self, path: str) -> safe_yaml.Node | None:
        report = self._reports[path]
        text = sources.text_of(self._files[path], report)
        return None if text is None else safe_yaml.parse(text, report.error)

    def _read(self, path: str) -> None:
        report, parts = self._reports[path], PurePosixPath(path)
        suffix, section = parts.suffix.lower(), parts.parts[0] if len(parts.parts) == 2 else ""
        if suffix == ".md":
            if page := prose.read_page(path, self._files[path], self._event.zone, report):
                self._pages.append(page)
        elif suffix in {".csv", ".xlsx"} and section == "programme":
            self._add_sessions(path, spreadsheets.read_rows(path, self._files[path], report))
        elif suffix not in {".yaml", ".yml"}:
            problem = Sentence("this kind of file is not read (read are .md, .yaml, programme/*.csv and .xlsx)")
            report.warning(1, problem)
        elif path != "glossary.yaml" and section not in {"programme", "venues"}:
            problem = Sentence("no YAML file is expected here (only event.yaml, glossary.yaml, programme/, venues/)")
            report.error(1, problem)
        elif tree := self._tree(path):
            self._read_structured(path, section, tree)
        else:
            self._unread.add(section or path)

    def _read_structured(self, path: str, section: str, tree: safe_yaml.Node) -> None:
        report = self._reports[path]
        if section == "programme":
            alone = isinstance(tree.value, dict) and "id" in tree.value
            self._add_sessions(path, [tree] if alone else programme_files.members(tree, "sessions", report))
        elif section == "venues":
            several = isinstance(tree.value, list) or (isinstance(tree.value, dict) and "venues" in tree.value)
            for node in programme_files.members(tree, "venues", report) if several else [tree]:
                if venue := programme_files.read_venue(node, path, report):
                    self._venues.append(venue)
        else:
            for node in programme_files.members(tree, "terms", report):
                if term := programme_files.read_term(node, report):
                    self._terms.append(term)

    def _add_sessions(self, path: str, nodes: list[safe_yaml.Node]) -> None:
        for node in nodes:
            if session := programme_files.read_session(node, path, self._event.zone, self._reports[path]):
                self._sessions.append(session)

    def _passed_over(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for page in self._pages:
            found.setdefault(page.id, []).extend(page.parity)
        for one in (*self._sessions, *self._venues):
            found.setdefault(one.item.id, []).extend(one.fields.list("parity"))
        return {entry_id: tuple(dict.fromkeys(lines)) for entry_id, lines in found.items() if lines}

    def _joined(self) -> tuple[tuple[Entry, ...], Programme]:
        """Entries and programme, after everything was checked against everything."""
        entries = prose.join_pages(self._pages, self._reports)
        taken = {entry.id: next(iter(entry.renderings.values())).path for entry in entries if entry.renderings}
        venues = checks.unique(self._venues, taken)
        sessions = checks.unique(self._sessions, taken)
        terms = checks.unique(self._terms, {})
        event = self._event
        if not event.days:
            days = {slot.start.astimezone(event.zone).date() for one in sessions for slot in one.item.slots}
            event = replace(event, days=tuple(sorted(days)))
        checks.check_rooms(venues)
        checks.check_references(sessions, venues, terms, event, self._event_report, self._unread)
        checks.check_days(sessions, event)
        checks.check_overlaps(sessions, event)
        entries += [one.entry for one in (*venues, *sessions) if one.entry]
        checks.check_sections(entries, self._reports)
        checks.check_questions(entries, self._reports)
        programme = Programme(
            event.zone,
            event.days,
            tuple(session.item for session in sessions),
            tuple(venue.item for venue in venues),
            tuple(term.item for term in terms),
            event=event.called(term.item for term in terms),
        )
        return tuple(entry for entry in entries if entry.renderings), programme


def _digest(files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(f"{path}\0{len(files[path])}\0".encode())
        digest.update(files[path])
    return digest.hexdigest()
