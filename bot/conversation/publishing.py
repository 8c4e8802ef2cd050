"""Publishing from a private chat with an organizer: a file comes in, a preview goes out, a button publishes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.conversation import draft_desk, publishing_texts, version_desk
from bot.conversation.incoming import Incoming
from bot.conversation.publishing_process import Run, run_process
from bot.conversation.reply import Attachment, Button, Reply
from bot.conversation.turn import ButtonRefused, Handler, Turn
from bot.domain.language import Language
from bot.i18n import Translator, catalog
from bot.services import uploads
from bot.services.staging import ENDS, Stage, Staging
from bot.services.uploads import UploadRefused
from bot.settings import Settings
from bot.stores.database.messages import lookup
from bot.stores.knowledge_files import sources

logger = logging.getLogger(__name__)

Fetch = Callable[[str], Awaitable[bytes]]
"""The bytes of a file that somebody sent, by the channel's id of it."""

NEWS_LASTS = 600.0
"""Seconds for which news of a stage is offered again, should the process end before it is kept."""
_WORKING = {"working": "preview", "publishing": "publish", "going-back": "rollback"}


def describe(say: Translator) -> list[tuple[str, str]]:
    """The commands of organizers with their descriptions, in the order of the menu."""
    return [
        ("versions", say.label("command", "What was published, by whom and when")),
        ("rollback", say.label("command", "Go back to an earlier version")),
        ("drafts", say.label("command", "Answers of volunteers for the knowledge")),
        ("report", say.label("command", "What is asked and not answered")),
    ]


@dataclass(frozen=True)
class Received:
    """What became of a file before the turn's transaction."""

    stage: Stage | None = None
    passed_over: Sequence[str] = ()
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
        self._told: set[tuple[str, str, int]] = set()
        self.drafts = draft_desk.DraftDesk(settings, self.staging)
        self.versions = version_desk.VersionDesk(settings, self.staging)

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
        return {
            "versions": self._for_organizers(self.versions.show),
            "rollback": self._for_organizers(self.versions.ask),
            "drafts": self._for_organizers(self.drafts.show),
        }

    @property
    def buttons(self) -> dict[str, Handler]:
        """The buttons of organizers."""
        return {"u": self._press}

    def _for_organizers(self, handler: Handler) -> Handler:
        """The handler of a command; for anybody else there is no such command."""

        async def handled(turn: Turn, arguments: str) -> list[Reply]:
            return await handler(turn, arguments) if self.is_organizer(turn.incoming) else [_unknown(turn.say)]

        return handled

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
            upload = uploads.unpack(attachment.name, content)
            known = await asyncio.to_thread(self._known)
            files = uploads.placed(upload.files, known, incoming.text)
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
        return Received(stage, upload.passed_over)

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
        parts = [_checking(received.stage, say), publishing_texts.passed_over(received.passed_over, say)]
        return [Reply(text="\n\n".join(part for part in parts if part))]

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
            return [Reply(text=self._over(turn, token))]
        if kind == "draft":
            return await self.drafts.heard(turn, stage)
        if stage.state != "ready" or not stage.falls or not incoming.text.strip():
            return [Reply(text=turn.say.text("Please use the buttons under the preview."))]
        forced = replace(stage, force=incoming.text.strip()[:500])
        return [replace(self._begin(forced, "publishing", turn.say), replaces=False)]

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
            elif _has_news(stage) and (stage.token, stage.state, stage.tries) not in self._told:
                self._told.add((stage.token, stage.state, stage.tries))
                if (now - stage.created).total_seconds() < NEWS_LASTS + 3_600 and stage.state != "discarded":
                    news += self._news(stage)
        await asyncio.to_thread(self.staging.tidy, now)
        return news

    def _news(self, stage: Stage) -> list[tuple[str, Reply]]:
        say, stem = catalog(stage.language), f"stage:{stage.token}:{stage.state}:{stage.tries}"
        if stage.state in ENDS:
            return [(stem, Reply(title=stage.title, text=stage.text, chat=stage.chat))]
        told = Reply(title=stage.title, text=stage.text, buttons=(_buttons(stage, say),), chat=stage.chat,
                     ref=f"stage:{stage.token}")  # fmt: skip
        news = [(stem, told)]
        if not stage.tries and (page := self.staging.page(stage.token)):
            file = Attachment(f"preview-{stage.created:%Y%m%d-%H%M}.html", page)
            news.append((f"{stem}:page", Reply(attachment=file, chat=stage.chat)))
        return news

    async def _press(self, turn: Turn, data: str) -> list[Reply]:
        """A button: `yes|no|back|draft|check:<token>`."""
        if not self.is_organizer(turn.incoming):
            raise ButtonRefused(data)
        what, _, token = data.partition(":")
        if what == "draft":
            return await self.drafts.pressed(turn, token)
        stage, say = self._own(turn, token), turn.say
        if stage is None:
            return [Reply(toast=self._over(turn, token))]
        if stage.state in ("publishing", "going-back"):
            return [Reply(text=_too_late(stage, say)) if what == "no" else _at_work(stage, say)]
        if what == "no":
            self.staging.keep(replace(stage, state="discarded"))
            return [Reply(text=_discarded(stage, say), replaces=True)]
        if what == "yes" and stage.state == "ready" and not stage.falls:
            return [self._begin(stage, "publishing", say)]
        if what == "back" and stage.state == "asking":
            return [self._begin(stage, "going-back", say)]
        if what == "check" and stage.state == "drafting":
            return await self._check_draft(turn, stage)
        raise ButtonRefused(data)

    async def _check_draft(self, turn: Turn, stage: Stage) -> list[Reply]:
        files = self.drafts.files(stage, turn.now)
        stage = self.staging.keep(replace(stage, state="working", paths=tuple(files)))
        await asyncio.to_thread(self.staging.copy, stage, self.settings.knowledge_dir, files, stage.removed)
        self.start(stage)
        return [Reply(text=_checking(stage, turn.say))]

    def _begin(self, stage: Stage, state: str, say: Translator) -> Reply:
        self.start(self.staging.keep(replace(stage, state=state)))
        return _at_work(stage, say)

    def _over(self, turn: Turn, token: str) -> str:
        """Why a button no longer works."""
        stage = self.staging.find(token)
        if stage is not None and stage.person == turn.incoming.person and stage.state == "published":
            return turn.say.text("This is done already. /versions shows what is current.")
        return turn.say.text("This is over. Please send the file again.")

    def _own(self, turn: Turn, token: str) -> Stage | None:
        """The person's own stage, while its buttons work."""
        try:
            stage = self.staging.find(token)
        except ValueError as error:
            raise ButtonRefused(token) from error
        if stage is None or stage.person != turn.incoming.person or not stage.valid_at(turn.now):
            return None
        return stage


def _has_news(stage: Stage) -> bool:
    """Whether the organizer waits for a word about it: the question before a rollback was answered in its turn."""
    return stage.state in ("ready", *ENDS) or (stage.state == "asking" and stage.tries > 0)


def _buttons(stage: Stage, say: Translator) -> tuple[Button, ...]:
    """What can be done with a stage that waits."""
    if stage.state == "asking":
        return version_desk.buttons(stage, say)
    discard = Button(say.label("button", "🗑 Discard"), f"u:no:{stage.token}")
    # Worse answers take a reason, not a button.
    return (discard,) if stage.falls else (Button(say.label("button", "✅ Publish"), f"u:yes:{stage.token}"), discard)


def _checking(stage: Stage, say: Translator) -> str:
    return say.text("I check {name} and see what it would change; this takes a minute or two.", name=stage.name)


def _at_work(stage: Stage, say: Translator) -> Reply:
    """In place of the buttons; also when the same one is pressed twice."""
    if stage.version is not None:
        return Reply(text=say.text("Going back to version {number} …", number=stage.version), replaces=True)
    return Reply(text=say.text("Publishing {name} …", name=stage.name), replaces=True)


def _too_late(stage: Stage, say: Translator) -> str:
    """The other button was pressed already, and the work cannot be stopped."""
    if stage.version is not None:
        return say.text("It is too late: version {number} is just becoming current again. /versions shows what can be "
                        "brought back.", number=stage.version)  # fmt: skip
    return say.text("It is too late: {name} is being published at this moment. /rollback takes it back afterwards.",
                    name=stage.name)  # fmt: skip


def _discarded(stage: Stage, say: Translator) -> str:
    if stage.version is not None:
        return say.text("Nothing was changed: the current version stays.")
    return say.text("Discarded: {name}. Nothing was changed.", name=stage.name)


def _unknown(say: Translator) -> Reply:
    return Reply(text=say.text("I do not know this command. /help shows what I can do."))
