"""Publishing from a private chat with an organizer: a file comes in, a preview goes out, a button publishes."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.conversation import draft_desk, publishing_texts
from bot.conversation.incoming import Incoming
from bot.conversation.publishing_process import Run, run_process
from bot.conversation.reply import Attachment, Button, Reply
from bot.conversation.turn import ButtonRefused, Handler, Turn, number_from
from bot.domain.language import Language
from bot.i18n import Translator, catalog
from bot.services import uploads
from bot.services.staging import ENDS, Stage, Staging
from bot.services.uploads import UploadRefused
from bot.settings import Settings
from bot.stores import generations
from bot.stores.database.messages import lookup
from bot.stores.knowledge_files import sources

logger = logging.getLogger(__name__)

Fetch = Callable[[str], Awaitable[bytes]]
"""The bytes of a file that somebody sent, by the channel's id of it."""

NEWS_LASTS = 600.0
"""Seconds for which news of a stage is offered again, should the process end before it is kept."""
_WORKING = {"working": "preview", "publishing": "publish", "going-back": "rollback"}


@dataclass(frozen=True)
class Received:
    """What became of a file before the turn's transaction."""

    stage: Stage | None = None
    refusal: UploadRefused | None = None
    unreadable: bool = False


class Publishing:
    """Stages of organizers; what they hold is on disk, so that a restart loses none."""

    def __init__(self, settings: Settings, *, run: Run = run_process, fetch: Fetch | None = None) -> None:
        self.settings = settings
        self.staging = Staging(settings.data_dir)
        self.fetch = fetch
        """Set by the channel that can fetch files."""
        self._run = run
        self._one_at_a_time = asyncio.Lock()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._told: set[tuple[str, str]] = set()
        self.drafts = draft_desk.DraftDesk(settings, self.staging)

    def is_organizer(self, incoming: Incoming) -> bool:
        """Whether this is an organizer in a private chat."""
        return incoming.chat > 0 and incoming.person in self.settings.organizer_ids

    def concerns(self, incoming: Incoming) -> bool:
        """Whether a message is a file for the knowledge."""
        attachment = incoming.attachment
        return attachment is not None and attachment.kind == "document" and self.is_organizer(incoming)

    @property
    def commands(self) -> dict[str, Handler]:
        """The commands of organizers."""
        return {"versions": self._versions, "rollback": self._rollback, "drafts": self._drafts}

    @property
    def buttons(self) -> dict[str, Handler]:
        """The buttons of organizers."""
        return {"u": self._press}

    async def receive(self, incoming: Incoming, language: Language, now: datetime) -> Received:
        """Fetch, unpack and stage a file; everything slow before the transaction."""
        attachment = incoming.attachment
        assert attachment is not None
        content = attachment.content
        try:
            if content is None:
                if self.fetch is None or attachment.file_id is None:
                    return Received(unreadable=True)
                content = await self.fetch(attachment.file_id)
            files = uploads.unpack(attachment.name, content)
            known = await asyncio.to_thread(self._known)
            files = uploads.placed(files, known, incoming.text)
        except UploadRefused as error:
            return Received(refusal=error)
        except OSError:
            logger.warning("a file of an organizer could not be fetched")
            return Received(unreadable=True)
        removed = tuple(dict.fromkeys(old for path in files for old in uploads.replaced_by(path, known)))
        stage = self.staging.open(
            Stage("", incoming.person, incoming.chat, incoming.name or str(incoming.person), language, now, "files",
                  attachment.name, paths=tuple(files), removed=removed)
        )  # fmt: skip
        await asyncio.to_thread(self.staging.copy, stage, self.settings.knowledge_dir, files, removed)
        return Received(stage)

    def _known(self) -> list[str]:
        return [path for path, _ in sources.walk(self.settings.knowledge_dir, [])]

    async def answer(self, turn: Turn) -> list[Reply]:
        """A file was received: it is being checked, or why not."""
        received, say = turn.consideration.prepared, turn.say
        assert isinstance(received, Received)
        if received.refusal is not None:
            return [Reply(text=publishing_texts.not_taken(received.refusal, say))]
        if received.stage is None:
            return [Reply(text=say.text("I cannot read this file now. Please send it again in a minute."))]
        self.start(received.stage)
        return [Reply(text=say.text("I check {name} and see what it would change; this takes a minute or two.",
                                    name=received.stage.name))]  # fmt: skip

    async def heard(self, turn: Turn) -> list[Reply] | None:
        """A reply to a preview or to a draft; None when the message is something else."""
        incoming = turn.incoming
        if incoming.replies_to is None or not self.is_organizer(incoming):
            return None
        ref = await lookup(turn.tx, incoming.chat, incoming.replies_to) or ""
        kind, _, token = ref.partition(":")
        if kind not in ("stage", "draft"):
            return None
        stage = self._own(turn, token)
        if stage is None:
            return [_over(turn.say)]
        if kind == "draft":
            return await self.drafts.heard(turn, stage)
        if stage.state != "ready" or not stage.falls or not incoming.text.strip():
            return [Reply(text=turn.say.text("Please use the buttons under the preview."))]
        return [self._publish(turn, replace(stage, force=incoming.text.strip()[:500]))]

    def start(self, stage: Stage) -> None:
        """Begin or begin again what the stage waits for."""
        if stage.token in self._tasks and not self._tasks[stage.token].done():
            return
        self._tasks[stage.token] = asyncio.create_task(self._work(_WORKING[stage.state], stage.token))

    async def finished(self) -> None:
        """Wait for everything under way (tests, and an orderly stop)."""
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _work(self, action: str, token: str) -> None:
        async with self._one_at_a_time:
            status = await self._run(action, token, self.settings)
        stage = self.staging.find(token)
        if stage is not None and stage.state in _WORKING:
            # The process ended without a word: it was killed, or could not start.
            say = catalog(stage.language)
            text = say.text("The work broke off (status {status}). Nothing was published; please try again.",
                            status=status)  # fmt: skip
            self.staging.keep(replace(stage, state="failed", title=say.label("heading", "Not published"), text=text))

    async def due(self, now: datetime) -> list[tuple[str, Reply]]:
        """News of stages, each with its deduplication key."""
        news: list[tuple[str, Reply]] = []
        for stage in await asyncio.to_thread(lambda: list(self.staging.all())):
            if stage.state in _WORKING:
                self.start(stage)
            elif stage.state in ("ready", *ENDS) and (stage.token, stage.state) not in self._told:
                self._told.add((stage.token, stage.state))
                if (now - stage.created).total_seconds() < NEWS_LASTS + 3_600 and stage.state != "discarded":
                    news += self._news(stage)
        await asyncio.to_thread(self.staging.tidy, now)
        return news

    def _news(self, stage: Stage) -> list[tuple[str, Reply]]:
        say, stem = catalog(stage.language), f"stage:{stage.token}:{stage.state}"
        if stage.state != "ready":
            return [(stem, Reply(title=stage.title, text=stage.text, chat=stage.chat))]
        buttons = [] if stage.falls else [Button(say.label("button", "✅ Publish"), f"u:yes:{stage.token}")]
        buttons.append(Button(say.label("button", "🗑 Discard"), f"u:no:{stage.token}"))
        preview = Reply(title=stage.title, text=stage.text, buttons=(tuple(buttons),), chat=stage.chat,
                        ref=f"stage:{stage.token}")  # fmt: skip
        news = [(stem, preview)]
        if page := self.staging.page(stage.token):
            file = Attachment(f"preview-{stage.created:%Y%m%d-%H%M}.html", page)
            news.append((f"{stem}:page", Reply(attachment=file, chat=stage.chat)))
        return news

    async def _versions(self, turn: Turn, _: str) -> list[Reply]:
        """/versions: the last publications and rollbacks, the newest first."""
        if not self.is_organizer(turn.incoming):
            return [_unknown(turn.say)]
        say, current = turn.say, generations.current_number(self.settings.data_dir)
        lines: list[str] = []
        for version in list(reversed(generations.history(self.settings.data_dir)))[:10]:
            moment = say.moment(datetime.fromisoformat(version.when))
            what = say.label("version", "taken back") if version.action != "published" else _short(version.changes)
            mark = "✅ " if version.number == current and not lines else ""
            reason = f" – {version.forced or version.reason}" if version.forced or version.reason else ""
            lines.append(f"{mark}{version.number} · {moment} · {version.who} · {what}{reason}")
        text = "\n".join(lines) or say.text("Nothing is published yet.")
        return [Reply(title=say.label("heading", "Versions"), text=text)]

    async def _rollback(self, turn: Turn, arguments: str) -> list[Reply]:
        """/rollback [N] asks first."""
        if not self.is_organizer(turn.incoming):
            return [_unknown(turn.say)]
        say, data_dir = turn.say, self.settings.data_dir
        current, known = generations.current_number(data_dir), generations.versions(data_dir)
        number = int(arguments) if arguments.isascii() and arguments.isdigit() and len(arguments) < 7 else None
        if number is None and current in known:
            number = known[current].parent
        if number is None or number not in known or number == current:
            return [Reply(text=say.text("There is no such version to go back to. /versions lists them."))]
        stage = self.staging.open(
            Stage("", turn.incoming.person, turn.chat, turn.incoming.name or str(turn.incoming.person), turn.language,
                  turn.now, "rollback", say.text("from the chat"), state="asking", version=number)
        )  # fmt: skip
        text = say.text(
            "Version {current} is current. Shall version {number} ({moment}) be current again?",
            current=current,
            number=number,
            moment=say.moment(datetime.fromisoformat(known[number].when)),
        )
        yes = Button(say.label("button", "↩️ Yes, go back"), f"u:back:{stage.token}")
        return [Reply(text=text, buttons=((yes, Button(say.label("button", "No"), f"u:no:{stage.token}")),))]

    async def _drafts(self, turn: Turn, arguments: str) -> list[Reply]:
        """/drafts [N]."""
        if not self.is_organizer(turn.incoming):
            return [_unknown(turn.say)]
        return await self.drafts.show(turn, arguments)

    async def _press(self, turn: Turn, data: str) -> list[Reply]:
        """A button: `yes|no|back|draft|check:<token or number>`."""
        if not self.is_organizer(turn.incoming):
            raise ButtonRefused(data)
        what, _, token = data.partition(":")
        if what == "draft":
            return await self.drafts.open(turn, number_from(token))
        stage = self._own(turn, token)
        if stage is None:
            return [Reply(toast=turn.say.text("This is over. Please send the file again."))]
        if what == "no":
            self.staging.keep(replace(stage, state="discarded"))
            return [
                Reply(text=turn.say.text("Discarded: {name}. Nothing was changed.", name=stage.name), replaces=True)
            ]
        if what == "yes" and stage.state == "ready" and not stage.falls:
            return [replace(self._publish(turn, stage), replaces=True)]
        if what == "back" and stage.state == "asking":
            self.start(self.staging.keep(replace(stage, state="going-back")))
            return [Reply(text=turn.say.text("Going back to version {number} …", number=stage.version), replaces=True)]
        if what == "check" and stage.state == "drafting":
            return await self._check_draft(turn, stage)
        raise ButtonRefused(data)

    async def _check_draft(self, turn: Turn, stage: Stage) -> list[Reply]:
        files = self.drafts.files(stage, turn.now)
        stage = self.staging.keep(replace(stage, state="working", paths=tuple(files)))
        await asyncio.to_thread(self.staging.copy, stage, self.settings.knowledge_dir, files, stage.removed)
        self.start(stage)
        return [Reply(text=turn.say.text("I check {name} and see what it would change; this takes a minute or two.",
                                         name=stage.name))]  # fmt: skip

    def _publish(self, turn: Turn, stage: Stage) -> Reply:
        self.start(self.staging.keep(replace(stage, state="publishing")))
        return Reply(text=turn.say.text("Publishing {name} …", name=stage.name))

    def _own(self, turn: Turn, token: str) -> Stage | None:
        """The person's own stage, while its buttons work."""
        try:
            stage = self.staging.find(token)
        except ValueError as error:
            raise ButtonRefused(token) from error
        if stage is None or stage.person != turn.incoming.person or not stage.valid_at(turn.now):
            return None
        return stage


def _short(changes: str) -> str:
    """«2 added, 1 removed» as +2 −1, the same in every language."""
    marks = {"added": "+", "changed": "±", "removed": "−"}
    found = re.findall(r"(\d+) (added|changed|removed)", changes)
    return " ".join(f"{marks[name]}{number}" for number, name in found) or "±0"


def _over(say: Translator) -> Reply:
    return Reply(text=say.text("This is over. Please send the file again."))


def _unknown(say: Translator) -> Reply:
    return Reply(text=say.text("I do not know this command. /help shows what I can do."))
