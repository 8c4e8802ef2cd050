"""The decision is pure: the same evidence gives the same outcome, and the thresholds are the only borders."""

import pytest

from bot.domain.calibration import (
    Calibration,
    Candidate,
    Evidence,
    Ranking,
    Thresholds,
    Weights,
    Wording,
    marked,
    softmax,
    summarize,
)
from bot.domain.forest import Forest, Tree
from bot.domain.language import Language
from bot.domain.question import Answer, Clarification, Handover, HandoverReason


def calibration(answer: float, choice: float) -> Calibration:
    # One tree: the score of the best candidate (feature 0) above 1 speaks for it.
    judged = Forest(0.0, (Tree((0, -1, -1), (1.0, 0.0, 0.0), (1, 0, 0), (2, 0, 0), (0.0, -2.0, 2.0)),))
    return Calibration(
        "model",
        Ranking(Weights((1.0, 1.0)), Weights((0.0, 0.0))),
        Wording(),
        judged,
        judged,
        dict.fromkeys(Language, Thresholds(answer, choice)),
        1,
    )


EVIDENCE = Evidence(
    (Candidate("lunch", (0.2, 0.1)), Candidate("wifi", (0.9, 0.8)), Candidate("badge", (0.2, 0.1))), (0.0,)
)


def test_above_the_threshold_the_best_candidate_answers():
    outcome = calibration(answer=0.6, choice=0.3).decide(EVIDENCE, Language.EN)
    assert isinstance(outcome, Answer)
    assert outcome.entries == ("wifi",)
    assert [hit.entry_id for hit in outcome.hits] == ["wifi", "badge", "lunch"]  # ties by id


def test_between_the_thresholds_there_is_a_choice():
    outcome = calibration(answer=0.99, choice=0.3).decide(EVIDENCE, Language.RU)
    assert isinstance(outcome, Clarification)
    assert outcome.choices == ("wifi", "badge", "lunch")


def test_below_both_a_person_is_asked():
    outcome = calibration(answer=0.99, choice=0.99).decide(EVIDENCE, Language.ZH)
    assert isinstance(outcome, Handover)
    assert outcome.reason is HandoverReason.UNSURE


def test_nothing_found_is_handed_over():
    assert calibration(0.0, 0.0).decide(Evidence((), (0.0,)), Language.EN) == Handover(HandoverReason.NOTHING_FOUND)


def test_weights_of_another_width_are_refused():
    with pytest.raises(ValueError):
        Weights((1.0,)).score((1.0, 2.0))


def test_shares_add_up_and_survive_large_scores():
    shares = softmax([1000.0, 999.0, -1000.0])
    assert sum(shares) == pytest.approx(1)
    assert shares[0] > shares[1] > shares[2] == 0


def test_the_summary_has_the_same_width_for_one_candidate():
    one = summarize([(1.0, EVIDENCE.candidates[0])], EVIDENCE, Language.EN, Wording())
    many = summarize([(1.0, EVIDENCE.candidates[1]), (0.5, EVIDENCE.candidates[0])], EVIDENCE, Language.EN, Wording())
    assert len(one) == len(many)
    assert one[-3:] == (0.0, 0.0, 1.0)


def test_a_word_that_the_entry_lacks_speaks_against_it():
    evidence = Evidence((), (), ("taxi", "c:how-much"))
    wording = Wording(0.5, {"u c:how-much": -2.0, "q c:how-much": 1.0, "f taxi": 0.25})
    lacking, having = Candidate("fare", (), "fu"), Candidate("fare", (), "uq")
    assert marked(lacking, evidence) == ["f taxi", "u c:how-much"]
    assert wording.score(lacking, evidence) == -1.25
    assert wording.score(having, evidence) == 1.5


def test_what_words_tell_is_bounded():
    evidence = Evidence((), (), tuple("abcdef"))
    wording = Wording(0.0, {f"u {letter}": -3.0 for letter in "abcdef"})
    assert wording.score(Candidate("x", (), "uuuuuu"), evidence) == -4.0
