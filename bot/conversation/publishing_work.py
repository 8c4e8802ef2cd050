"""The slow half of publishing from the chat: checking, previewing, publishing, going back; in its own process."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.conversation import publishing_texts
from bot.i18n import Translator, catalog
from bot.services import parity
from bot.services.ingestion import Ingestion, Result
from bot.services.replay import Asked
from bot.services.restoring import Restored
from bot.services.staging import ENDS, Stage, Staging
from bot.stores import knowledge_files
from bot.stores.generations import Busy, GenerationError
from bot.stores.models import ModelError

if TYPE_CHECKING:
    from bot.services.preview import AskBoth

_BUTTON_OF = {"publishing": "ready", "going-back": "asking"}
"""The state in which a stage waits for the button that began its work."""


def perform(
    action: str, stage: Stage, staging: Staging, ingestion: Ingestion, real: Iterable[Asked] = (),
    ask: AskBoth | None = None,
) -> Stage:  # fmt: skip
    """Do it, and keep in the stage what the organizer shall read; a failure ends as a sentence too."""
    if stage.state in ENDS:
        return stage
    say = catalog(stage.language)
    try:
        if action == "preview":
            done = _previewed(stage, staging, ingestion, real, ask, say)
        elif action == "publish":
            done = _published(stage, staging, ingestion, say)
        else:
            done = _rolled_back(stage, ingestion, say)
    except Busy:
        text = say.text("Something else is being published or taken back at this moment. Please try again in a minute.")
        title = say.label("heading", "Not done yet")
        done = replace(stage, state=_BUTTON_OF[stage.state], title=title, text=text, tries=stage.tries + 1)
    except (GenerationError, ModelError, OSError) as error:
        done = replace(stage, state="failed", title=say.label("heading", "Not published"),
                       text=publishing_texts.broke_down(error, say))  # fmt: skip
    now = staging.find(stage.token)
    # What the organizer has discarded meanwhile stays discarded.
    return staging.keep(done) if now is not None and now.state == stage.state else done


def _previewed(
    stage: Stage, staging: Staging, ingestion: Ingestion, real: Iterable[Asked], ask: AskBoth | None, say: Translator
) -> Stage:
    from bot.conversation.preview_page import preview_page
    from bot.services.preview import preview

    knowledge = parity.checked(knowledge_files.read(staging.folder(stage.token) / "knowledge"))
    if knowledge.errors:
        text = publishing_texts.refused(knowledge.errors, say)
        return replace(stage, state="refused", title=say.label("heading", "Not published"), text=text)
    found = preview(ingestion, knowledge, real, ask)
    (staging.folder(stage.token) / "page.html").write_text(preview_page(found, say), "utf-8")
    return replace(
        stage,
        state="ready",
        base=knowledge_files.read(ingestion.knowledge_dir).digest,
        title=say.label("heading", "What this publication would change"),
        text=publishing_texts.preview(found, say),
        falls=bool(found.falls),
    )


def _published(stage: Stage, staging: Staging, ingestion: Ingestion, say: Translator) -> Stage:
    refusal = say.label("heading", "Not published")
    with ingestion.alone():
        staged = knowledge_files.read(staging.folder(stage.token) / "knowledge").digest
        if knowledge_files.read(ingestion.knowledge_dir).digest not in (stage.base, staged):
            text = say.text(
                "The knowledge files were changed by somebody else in the meantime. Please send yours again."
            )
            return replace(stage, state="failed", title=refusal, text=text)
        staging.put_in_place(stage, ingestion.knowledge_dir)
        done = False
        try:
            outcome = ingestion.publish(who=stage.who, reason=stage.name, force=stage.force, alone=True)
            done = outcome.result is not Result.REFUSED
        finally:
            if not done:
                staging.take_back(stage, ingestion.knowledge_dir)
    if not done:
        return replace(stage, state="failed", title=refusal, text=publishing_texts.not_published(outcome, say))
    assert outcome.version is not None
    if outcome.result is Result.UNCHANGED:
        text = say.text("Nothing differs from version {version}, which stays.", version=outcome.version.number)
    else:
        text = say.text(
            "Version {version} is published: {name}. Delegates get it within seconds. /rollback takes it back.",
            version=outcome.version.number,
            name=stage.name,
        )
    return replace(stage, state="published", title=say.label("heading", "Published"), text=text)


def _rolled_back(stage: Stage, ingestion: Ingestion, say: Translator) -> Stage:
    told: list[Restored] = []
    version = ingestion.rollback(stage.version, who=stage.who, reason=stage.name, seen=told.append)
    parts = [say.text("Version {version} is current again. Delegates get it within seconds.", version=version.number)]
    parts += [part for restored in told for part in publishing_texts.restored(restored, say)]
    return replace(stage, state="published", title=say.label("heading", "Taken back"), text="\n\n".join(parts))
