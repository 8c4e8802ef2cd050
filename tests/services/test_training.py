"""What the decision that ships is fitted on: entries the encoder knows, and entries that are new to one."""

from __future__ import annotations

from bot.domain.golden import is_held_back
from bot.services import training
from bot.settings import ROOT
from bot.stores import golden_files, index_files, knowledge_files
from bot.stores.index_search import DOUBTS, FEATURES, QUESTION_FEATURES
from bot.stores.models import SentenceEncoder


def test_half_the_entries_asked_about_are_new_to_the_second_encoder():
    fitting = {question.topic for question in golden_files.read() if question.for_fitting}
    entries = {entry.id for entry in knowledge_files.read(ROOT / "knowledge").entries}
    new = {entry for entry in entries if is_held_back(entry)}
    assert new <= fitting  # what is only ever measured is never fitted on, not even as new
    assert 0.3 < len(new) / len(entries & fitting) < 0.7


def test_the_shipped_decision_belongs_to_the_shipped_encoder_and_this_evidence():
    shipped = index_files.CALIBRATION.validate_json(training.CALIBRATION_FILE.read_bytes())
    assert shipped.model == SentenceEncoder().identity
    assert shipped.figures_of_candidate == len(FEATURES)
    assert shipped.figures_of_question == len(QUESTION_FEATURES)
    assert shipped.figures_of_doubt == len(DOUBTS)
