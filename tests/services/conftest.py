"""The knowledge and the decision as they ship, with the embedded encoder: built once for all tests that ask it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from bot.domain.golden import FIRST_MORNING
from bot.encoder import elsewhere
from bot.services.training import CALIBRATION_FILE
from bot.settings import ROOT
from bot.stores import generations, index, knowledge_files
from bot.stores.generations import Version
from bot.stores.models import SentenceEncoder
from bot.stores.published import Published


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    """The shipped knowledge published with the shipped decision, without what `ingest.py` does besides."""
    data = tmp_path_factory.mktemp("shipped") / "data"
    generations.prepare(data)
    knowledge, encoder = knowledge_files.read(ROOT / "knowledge"), SentenceEncoder()
    folder = generations.new_folder(data, 1, knowledge.digest)
    index.build(
        folder, knowledge.entries, knowledge.programme, encoder,
        version=1, created=FIRST_MORNING, digest=knowledge.digest, elsewhere=elsewhere.read(),
    )  # fmt: skip
    shutil.copy(CALIBRATION_FILE, folder / "calibration.json")
    when = FIRST_MORNING.isoformat()
    generations.publish(data, Version(1, folder.name, knowledge.digest, encoder.identity, "tests", when))
    published = Published(data, encoder)
    published.refresh()
    yield published
    published.close()
