"""The same question in three languages, on 200 hand-labelled questions that nothing was fitted on."""

from __future__ import annotations

import itertools
import os
from functools import partial
from pathlib import Path

import pytest

from bot.services.clustering import Clustering, likenesses_by
from bot.stores.models import EMBEDDED, SentenceEncoder

MODEL = os.environ.get("BOT_EMBEDDING_MODEL") or str(EMBEDDED)
pytestmark = pytest.mark.skipif(not (Path(MODEL) / "modules.json").exists(), reason="the encoder is not built yet")
DATA = Path(__file__).parent.parent / "data" / "unanswered.tsv"


def labelled(path: Path = DATA) -> list[list[str]]:
    return [line.split("\t") for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#")]


@pytest.fixture(scope="module")
def clustering() -> Clustering:
    return Clustering(partial(likenesses_by, SentenceEncoder(MODEL)))


def test_pairs_on_two_hundred_labelled_questions(clustering):
    rows = labelled()
    assert len(rows) == 200
    numbers = clustering.cluster([question for _, _, question in rows])
    joined = right = wanted = 0
    for (one, mine), (other, theirs) in itertools.combinations(zip(rows, numbers, strict=True), 2):
        same = one[0] == other[0]
        joined += mine == theirs
        right += same and mine == theirs
        wanted += same
    print(f"pair precision {right / joined:.3f}, recall {right / wanted:.3f}")
    assert right / joined >= 0.95
    assert right / wanted >= 0.75


def test_the_order_of_questions_decides_little(clustering):
    rows = labelled()
    questions = [question for _, _, question in rows]
    there, back = clustering.cluster(questions), clustering.cluster(questions[::-1])[::-1]
    pairs = list(itertools.combinations(range(len(rows)), 2))
    same = [(there[one] == there[other], back[one] == back[other]) for one, other in pairs]
    assert sum(one != other for one, other in same) <= 0.05 * sum(one for one, _ in same)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("How many seats has Hall A?", "Сколько мест в зале Б?"),
        ("A厅有多少座位？", "How many seats are there in Hall C?"),
        ("When does the dinner start?", "Во сколько заканчивается ужин?"),
        ("末班地铁几点？", "When does the first metro leave?"),
        ("Is there interpretation into Kazakh?", "Есть ли перевод на узбекский?"),
        ("Is there a bus at 21:30?", "Есть ли автобус в 22:30?"),
        ("Will there be lunch today?", "明天有午餐吗？"),
        ("How do I get to the venue by metro?", "Как доехать на метро из аэропорта?"),
    ],
)
def test_near_neighbours_stay_apart(clustering, one, other):
    assert not clustering.same_question(one, other)
    assert clustering.cluster([one, other]) == [0, 1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Сколько мест в зале А?", "How many seats are there in Hall A?"),
        ("Есть ли перевод на узбекский язык?", "Is there interpretation into Uzbek?"),
        ("酒店有游泳池吗？", "Есть ли в гостинице бассейн?"),
        ("Where is the nearest pharmacy?", "where is the nearest pharmacy"),
    ],
)
def test_the_same_question_is_joined(clustering, one, other):
    assert clustering.same_question(one, other)
    assert clustering.find(one, {7: [other], 8: ["Where is the exhibition?"]}) == 7


def test_an_own_trouble_joins_nobody_but_stands_on_the_board_once(clustering):
    lost = ["I lost my umbrella in the bus", "我的雨伞丢在车上了"]
    assert clustering.find(lost[0], {1: [lost[0]]}) is None
    assert clustering.cluster([lost[0], lost[0]]) == [0, 0]


def test_nothing_and_questions_without_words(clustering):
    assert clustering.cluster([]) == []
    assert clustering.cluster(["?", "!", "", "?"]) == [0, 1, 2, 0]
    assert clustering.find("?", {}) is None
