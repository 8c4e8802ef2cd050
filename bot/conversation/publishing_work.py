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
from bot.services.staging import Stage, Staging
from bot.stores import knowledge_files
from bot.stores.generations import GenerationError
from bot.stores.models import ModelError

if TYPE_CHECKING:
    from bot.services.preview import AskBoth


def perform(
    action: str, stage: Stage, staging: Staging, ingestion: Ingestion, real: Iterable[Asked] = (),
    ask: AskBoth | None = None,
) -> Stage:  # fmt: skip
    """Do it, and keep in the stage what the organizer shall read; a failure ends as a sentence too."""
    say = catalog(stage.language)
    try:
        if action == "preview":
            return staging.keep(_previewed(stage, staging, ingestion, real, ask, say))
        if action == "publish":
            return staging.keep(_published(stage, staging, ingestion, say))
        return staging.keep(_rolled_back(stage, ingestion, say))
    except (GenerationError, ModelError, OSError) as error:
        failed = replace(stage, state="failed", title=say.label("heading", "Not published"), text=str(error))
        return staging.keep(failed)


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
    staged = knowledge_files.read(staging.folder(stage.token) / "knowledge").digest
    if knowledge_files.read(ingestion.knowledge_dir).digest not in (stage.base, staged):
        text = say.text("The knowledge files were changed by somebody else in the meantime. Please send yours again.")
        return replace(stage, state="failed", title=refusal, text=text)
    staging.put_in_place(stage, ingestion.knowledge_dir)
    done = False
    try:
        outcome = ingestion.publish(who=stage.who, reason=stage.name, force=stage.force)
        done = outcome.result is not Result.REFUSED
    finally:
        if not done:
            staging.take_back(stage, ingestion.knowledge_dir)
    if not done:
        return replace(stage, state="failed", title=refusal, text=outcome.refusal)
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
    version = ingestion.rollback(stage.version, who=stage.who, reason=stage.name)
    text = say.text(
        "Version {version} is current again. The files in the knowledge folder are as they were: what you publish next "
        "contains them.",
        version=version.number,
    )
    return replace(stage, state="published", title=say.label("heading", "Taken back"), text=text)
