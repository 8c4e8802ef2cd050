"""Does what an organizer started from the chat, in a process of its own: python -m bot.channels.staged ACTION TOKEN.

A broken index cannot take the running bot with it, and its questions are answered meanwhile.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
from collections.abc import Sequence

ACTIONS = ("preview", "publish", "rollback")


def main(arguments: Sequence[str]) -> int:
    """One action on one stage; its outcome stands in the stage."""
    from bot.conversation.publishing_work import perform
    from bot.services import real_questions
    from bot.services.ingestion import Ingestion
    from bot.services.staging import Staging
    from bot.settings import Settings
    from bot.stores.models import SentenceEncoder

    action, token = arguments
    if action not in ACTIONS:
        return 2
    with contextlib.suppress(OSError):
        os.nice(5)
    settings = Settings()
    staging = Staging(settings.data_dir)
    stage = staging.find(token)
    if stage is None:
        return 2
    encoder = SentenceEncoder(settings.embedding_model)
    ingestion = Ingestion(settings.knowledge_dir, settings.data_dir, lambda: encoder, settings.chroma_url)
    real = asyncio.run(real_questions.read_from(settings))[0] if action == "preview" else []
    perform(action, stage, staging, ingestion, real)
    return 0


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    sys.exit(main(sys.argv[1:]))
