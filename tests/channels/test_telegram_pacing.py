"""The pace: overall, in one chat, in a group; who may run ahead, and what is remembered across a restart."""

from bot.channels.telegram.pacing import ANSWERS_BURST, BURST, GROUP_MINUTE, Pace


class Hands:
    """A clock that is set by hand."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def test_bulk_keeps_the_long_run_rate():
    clock = Hands()
    pace, sent = Pace(clock), []
    while clock.now < 1010:
        while pace.bulk():
            pace.take(len(sent) + 1, edit=False)
            sent.append(clock.now)
        clock.now += 0.01
    assert 245 <= len(sent) <= 260
    for start in sent:
        assert sum(start <= moment < start + 1 for moment in sent) <= 25 + BURST + 1


def test_answers_may_run_ahead_but_not_after_a_429():
    clock = Hands()
    pace = Pace(clock)
    for person in range(int(BURST)):
        pace.take(person + 1, edit=False)
    assert pace.bulk() == 0
    assert pace.answers() == int(ANSWERS_BURST)
    pace.be_careful()
    assert pace.answers() == 0
    clock.now += pace.next_token() + 0.001
    assert pace.answers() == pace.bulk() == 1


def test_one_chat_gets_a_small_burst_then_one_a_second():
    clock = Hands()
    pace = Pace(clock)
    for _ in range(3):
        assert 7 not in pace.busy_chats()[0]
        pace.take(7, edit=False)
    chats, wait = pace.busy_chats()
    assert chats == {7}
    clock.now += wait + 0.001
    assert pace.busy_chats()[0] == set()


def test_a_group_takes_eighteen_messages_and_as_many_edits_a_minute():
    clock = Hands()
    pace = Pace(clock)
    for _ in range(GROUP_MINUTE):
        assert pace.group_wait(-5, edit=False) == 0
        pace.take(-5, edit=False)
    assert pace.group_wait(-5, edit=False) == 60
    assert pace.busy_chats()[0] == set()
    for _ in range(GROUP_MINUTE):
        pace.take(-5, edit=True)
    assert pace.busy_chats()[0] == {-5}
    after_restart = Pace(clock)
    after_restart.recall(pace.noted())
    assert 59 < after_restart.group_wait(-5, edit=False) <= 60.1
    clock.now += 61
    assert pace.busy_chats()[0] == set()
    assert pace.noted() == {}
