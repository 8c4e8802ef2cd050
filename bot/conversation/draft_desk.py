"""/drafts: answers that volunteers gave, on their way into the knowledge with an organizer's corrections."""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Container, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.conversation.reply import Button, Reply
from bot.conversation.turn import Turn
from bot.domain.language import NATIVE_NAMES, Language, clean, written_language
from bot.i18n import Translator, catalog
from bot.services.drafts import key_named
from bot.services.staging import Stage, Staging
from bot.services.uploads import SECTIONS, section_named
from bot.settings import EVENT_ZONE, Settings

_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})-(.+)\.(zh|ru|en)\.md")
_LINE = re.compile(r"(\w+)\s*[:：]\s*(\S.*)")
_MOST = 10
_LONGEST = 70
_PROSE_SECTIONS = tuple(section for section in SECTIONS if section != "programme")


@dataclass(frozen=True)
class Found:
    """A draft as it stands in the folder: one file a language."""

    base: str
    files: Mapping[Language, str]
    """Names below knowledge/drafts."""

    @property
    def token(self) -> str:
        """Short enough for a button, and the same however many drafts come or go."""
        return hashlib.sha256(self.base.encode()).hexdigest()[:10]


@dataclass(frozen=True)
class Text:
    """What a draft file says."""

    title: str
    body: str
    questions: tuple[str, ...]


class DraftDesk:
    """Drafts, each accepted through a stage like a file that was sent."""

    def __init__(self, settings: Settings, staging: Staging) -> None:
        self._folder = settings.knowledge_dir / "drafts"
        self._staging = staging

    def all(self) -> list[Found]:
        """The drafts, the newest first."""
        groups: dict[str, dict[Language, str]] = defaultdict(dict)
        for path in self._folder.glob("*.md") if self._folder.is_dir() else ():
            if found := _NAME.fullmatch(path.name):
                groups[f"{found.group(1)}-{found.group(2)}"][Language(found.group(3))] = path.name
        return [Found(base, files) for base, files in sorted(groups.items(), reverse=True)]

    async def show(self, turn: Turn, arguments: str) -> list[Reply]:
        """/drafts: the list; /drafts N: the draft that is now the Nth."""
        say, drafts = turn.say, self.all()
        if arguments.isascii() and arguments.isdigit() and 1 <= int(arguments[:6]) <= len(drafts):
            return [self._opened(turn, drafts[int(arguments[:6]) - 1])]
        if not drafts:
            return [Reply(text=say.text("There are no drafts. Volunteers make them from their answers."))]
        lines, buttons = [], []
        for number, draft in enumerate(drafts[:_MOST], start=1):
            text = self._read(next(iter(draft.files.values())))
            lines.append(f"{number}. {_cut(text.title)} ({_languages(draft.files, say)})")
            if missing := [language for language in Language if language not in draft.files]:
                lines.append("    " + say.text("Missing: {languages}", languages=_languages(missing, say)))
            buttons.append(Button(str(number), f"u:draft:{draft.token}"))
        rows = tuple(tuple(buttons[start : start + 5]) for start in range(0, len(buttons), 5))
        return [Reply(title=say.label("heading", "Drafts"), text="\n".join(lines), buttons=rows)]

    async def pressed(self, turn: Turn, token: str) -> list[Reply]:
        """A draft of the list was chosen."""
        draft = next((draft for draft in self.all() if draft.token == token), None)
        if draft is None:
            return [Reply(toast=turn.say.text("This draft is gone. /drafts lists those that are left."))]
        return [self._opened(turn, draft)]

    def _opened(self, turn: Turn, draft: Found) -> Reply:
        """One draft with the closest entries; replies to it are its corrections."""
        texts = {language: self._read(name) for language, name in draft.files.items()}
        nearest = self._nearest(
            turn, " ".join(" ".join((text.title, text.body, *text.questions)) for text in texts.values())
        )
        section = turn.edition.entries[nearest[0]].section if nearest else "practical"
        section = section if section in _PROSE_SECTIONS else "practical"
        values = {"section": section, "id": _id(draft.base, turn)}
        values |= {language.value: f"{text.title}\n\n{text.body}" for language, text in texts.items()}
        values |= {f"questions-{language}": "\n".join(text.questions) for language, text in texts.items()}
        stage = self._staging.open(
            Stage("", turn.incoming.person, turn.chat, turn.incoming.name or str(turn.incoming.person), turn.language,
                  turn.now, "draft", draft.base, state="drafting", draft=values,
                  removed=tuple(f"drafts/{name}" for name in draft.files.values()))
        )  # fmt: skip
        return self._card(stage, turn, nearest)

    async def heard(self, turn: Turn, stage: Stage) -> list[Reply]:
        """A correction: lines `section:`, `id:`, `source:`, then the title and the text in one language."""
        say = turn.say
        if stage.state != "drafting":
            return [Reply(text=say.text("This is over. Please send the file again."))]
        values = dict(stage.draft)
        lines = clean(turn.incoming.text).strip().split("\n")
        while lines and (found := _LINE.fullmatch(lines[0].strip())) and (key := key_named(found.group(1))):
            value = found.group(2)
            if key == "section":
                value = section_named(value)
                if value not in _PROSE_SECTIONS:
                    return [Reply(text=say.text("The folders are: {folders}.", folders=say.list(_PROSE_SECTIONS)))]
            if key == "id" and not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", value):
                return [Reply(text=say.text("An id has only a-z, 0-9 and hyphens, at most 40 of them."))]
            values[key] = value
            lines.pop(0)
        if len(lines) == 1 and (found := _LINE.fullmatch(lines[0].strip())):
            return [_unknown_key(found.group(1), say)]
        if text := "\n".join(lines).strip():
            language = written_language(text, None) or turn.language
            title, _, body = text.partition("\n")
            if not body.strip():
                # One paragraph is the text; the title stays.
                title, body = values.get(language.value, title).partition("\n")[0], text
            values[language.value] = f"{title.strip()}\n\n{body.strip()}"
        stage = self._staging.keep(replace(stage, draft=values))
        return [self._card(stage, turn, self._nearest(turn, " ".join(_texts(stage).values())))]

    def files(self, stage: Stage, now: datetime) -> dict[str, bytes]:
        """The knowledge files of an accepted draft, by path."""
        found = {}
        for language, text in _texts(stage).items():
            title, _, body = text.partition("\n")
            say = catalog(language)
            source = stage.draft.get("source") or say.label("source of an entry", "The forum's organizers")
            lines = ["---", "status: confirmed", f"source: {json.dumps(source, ensure_ascii=False)}",
                     f"checked: {now.astimezone(EVENT_ZONE):%Y-%m-%d}"]  # fmt: skip
            if questions := [one for one in stage.draft.get(f"questions-{language}", "").split("\n") if one]:
                lines += ["questions:", *(f"  - {json.dumps(one, ensure_ascii=False)}" for one in questions)]
            lines += ["---", f"# {title.strip()}", "", body.strip(), ""]
            path = f"{stage.draft['section']}/{stage.draft['id']}.{language}.md"
            found[path] = "\n".join(lines).encode()
        return found

    def _card(self, stage: Stage, turn: Turn, nearest: list[str]) -> Reply:
        # In the organizer's language, whichever the correction was written in.
        say, texts = catalog(stage.language), _texts(stage)
        parts = [f"{NATIVE_NAMES[language]}\n{text}" for language, text in texts.items()]
        facts = [say.text("Place: {path}", path=f"{stage.draft['section']}/{stage.draft['id']}")]
        if missing := [language for language in Language if language not in texts]:
            facts.append(say.text("Missing: {languages}", languages=_languages(missing, say)))
        if nearest:
            titles = [turn.edition.entries[name].shown_in(stage.language)[0].title for name in nearest]
            facts.append(say.text("Closest entries: {titles}", titles=" · ".join(titles)))
        help_text = say.text(
            "Reply to this message to correct it: the first line is the title, then the text, in any of the three "
            "languages; one message for each language. Lines “section: practical”, “id: …” and “source: …” before it "
            "set the place and the source."
        )
        buttons = (
            Button(say.label("button", "🔎 Check and preview"), f"u:check:{stage.token}"),
            Button(say.label("button", "🗑 Discard"), f"u:no:{stage.token}"),
        )
        text = "\n\n".join([*parts, "\n".join(facts)])
        return Reply(title=say.label("heading", "Draft"), text=text, small_print=help_text, buttons=(buttons,),
                     ref=f"draft:{stage.token}")  # fmt: skip

    def _nearest(self, turn: Turn, text: str) -> list[str]:
        """The entries that share most words with the draft."""
        from bot.encoder.analysis import content, words

        wanted = set(content(words(text[:2_000])))
        scores: dict[str, float] = {}
        counts: dict[str, int] = defaultdict(int)
        held: dict[str, set[str]] = {}
        for entry in turn.edition.entries.values():
            texts = [part for one in entry.renderings.values() for part in (one.title, one.body, *one.questions)]
            held[entry.id] = {word for part in texts for word in words(part)} & wanted
            for word in held[entry.id]:
                counts[word] += 1
        for name, shared in held.items():
            scores[name] = sum(1 / counts[word] for word in shared)
        best = sorted(scores, key=lambda name: (-scores[name], name))[:3]
        return [name for name in best if scores[name] > 0]

    def _read(self, name: str) -> Text:
        try:
            text = (self._folder / name).read_text("utf-8")
        except OSError:
            return Text(name, "", ())
        front, _, body = text.removeprefix("---\n").partition("\n---\n")
        questions = []
        for line in front.split("\n"):
            if line.startswith("  - "):
                try:
                    questions.append(str(json.loads(line[4:])))
                except ValueError:
                    questions.append(line[4:].strip())
        lines = body.strip().split("\n")
        title = lines[0].lstrip("# ").strip() if lines and lines[0].startswith("#") else name
        return Text(title, "\n".join(lines[1:]).strip(), tuple(questions))


def _unknown_key(word: str, say: Translator) -> Reply:
    """A single `word: value` line looks like a key and would become the whole text."""
    return Reply(
        text=say.text(
            "I have not taken this over: I do not know “{word}:”. The lines that I know begin with “section:”, “id:” "
            "and “source:”. If this is the text of the answer, send it again with its title on a line above.",
            word=word,
        )
    )


def _texts(stage: Stage) -> dict[Language, str]:
    return {language: stage.draft[language.value] for language in Language if stage.draft.get(language.value)}


def _id(base: str, turn: Turn) -> str:
    """A free id made of the draft's name without its date and number."""
    slug = re.sub(r"^\d{4}-\d{2}-\d{2}-|-?\d+$", "", base).strip("-")[:34] or "answer"
    number, found = 2, slug
    while found in turn.edition.entries:
        found, number = f"{slug}-{number}", number + 1
    return found


def _languages(several: Container[Language], say: Translator) -> str:
    return say.list(NATIVE_NAMES[language] for language in Language if language in several)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "…"
