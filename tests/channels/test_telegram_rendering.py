"""What a reply becomes: HTML that Telegram takes, parts that fit, one call for each thing."""

import random

import pytest

from bot.channels.telegram import markup, rendering
from bot.channels.telegram.rendering import Occasion
from bot.conversation.reply import Attachment, Button, Pin, Reply
from tests.botapi.markup import MarkupError, parse_html, units

NASTY = ["<b>", "</a>", "&", "&amp;", "<a href='tg://user?id=1'>", "A<b", "a > b", '"', "'", "&#60;", "<!--",
         "👨‍👩‍👧‍👦", "й", "е́"]  # fmt: skip


def test_everything_foreign_is_escaped():
    chance = random.Random(1)
    for _ in range(300):
        words = [" ".join(chance.choices([*NASTY, "word", "слово", "字"], k=6)) for _ in range(3)]
        plain, entities = parse_html(markup.html(*words))
        assert plain == markup.plain(*words)
        assert {entity["type"] for entity in entities} <= {"bold", "italic"}


@pytest.mark.parametrize(
    "text",
    [
        "абзац. Ещё одно предложение!\n\n" * 400,
        "你好世界。这是一个很长的句子，没有空格。" * 500,
        "👨‍👩‍👧‍👦" * 900,
        "x" * 10_000,
        "word " * 3000,
        "<b>&" * 3000,
    ],
)
def test_long_texts_are_cut_where_nothing_tears(text):
    parts = markup.parts("Title & <co>", text, "small print")
    assert len(parts) > 1
    for part in parts:
        plain, _ = parse_html(markup.html(*part))
        assert 0 < units(plain) <= markup.TEXT_LIMIT
        assert not part[1].startswith(("\u200d", "\ufe0f", "\u0301"))
    assert [bool(part[0]) for part in parts] == [True] + [False] * (len(parts) - 1)
    assert [bool(part[2]) for part in parts] == [False] * (len(parts) - 1) + [True]
    joined = "".join(part[1] for part in parts)
    assert "".join(joined.split()) == "".join(text.split())


def test_exactly_the_limit_is_one_message():
    assert len(markup.parts("", "😀" * 2048, "")) == 1
    assert len(markup.parts("", "😀" * 2049, "")) == 2


def test_huge_titles_and_small_print_do_not_break_the_limit():
    for part in markup.parts("t" * 5000, "text", "s" * 5000):
        assert units(markup.plain(*part)) <= markup.TEXT_LIMIT


def test_buttons_stand_under_the_last_part_and_the_quote_above_the_first():
    reply = Reply(text="слово " * 2000, buttons=((Button("ok", "ok"),),), quotes=5)
    bodies = list(rendering.bodies(reply, Occasion(1, 1)))
    assert ["buttons" in body for body in bodies] == [False] * (len(bodies) - 1) + [True]
    assert ["quotes" in body for body in bodies] == [True] + [False] * (len(bodies) - 1)


def test_one_call_for_each_thing_and_the_pressed_button_first():
    pin, file = Pin("Hall", "Street 1", 39.0, 117.0), Attachment("map.pdf", b"%PDF", "document")
    replies = [
        Reply(title="Hall", text="Here", pin=pin, attachment=file, buttons=((Button("ok", "ok"),),)),
        Reply(text="card", chat=-5, ref="escalation:1", toast="thanks"),
    ]
    rows = rendering.rows(replies, Occasion(7, 7, callback="q1", message=3, staff_chat=-5))
    assert [(row.chat, row.kind, row.body["do"]) for row in rows] == [
        (7, "answer", "toast"), (7, "answer", "place"), (7, "answer", "file"), (-5, "card", "text"),
    ]  # fmt: skip
    assert rows[0].body["text"] == "thanks"
    assert rows[2].body["title"] == "Hall"
    assert rows[3].ref == "escalation:1"


def test_small_print_by_itself_joins_the_message_before_it():
    notice = Reply(small_print="We keep your questions.")
    one = rendering.joined([Reply(text="answer", small_print="Source"), notice])
    assert [reply.small_print for reply in one] == ["Source\n\nWe keep your questions."]
    assert len(rendering.joined([notice, Reply(text="answer")])) == 2
    assert len(rendering.joined([Reply(text="x" * 4090), notice])) == 2
    assert len(rendering.joined([Reply(text="card", chat=-5), notice])) == 2


def test_a_long_text_with_a_file_goes_before_it():
    reply = Reply(text="x" * 1500, attachment=Attachment("a.pdf", b"1"))
    bodies = list(rendering.bodies(reply))
    assert [body["do"] for body in bodies] == ["text", "file"]
    assert "text" not in bodies[1]


def test_only_a_press_in_the_same_chat_edits():
    reply = Reply(text="new", replaces=True)
    assert next(iter(rendering.bodies(reply, Occasion(7, 7, "q", message=3))))["edits"] == 3
    assert "edits" not in next(iter(rendering.bodies(reply, Occasion(7, 7))))
    elsewhere = Reply(text="new", replaces=True, chat=8)
    assert "edits" not in next(iter(rendering.bodies(elsewhere, Occasion(7, 7, "q", message=3))))


def test_the_last_word_to_a_forgotten_person_leaves_no_trace():
    rows = rendering.rows([Reply(text="gone", ref="forgotten")], Occasion(7, 7, callback="q"))
    assert {(row.campaign, row.ref) for row in rows} == {("nameless", "")}


def test_the_parser_of_the_test_server_is_strict():
    for bad in ("<b>x", "<x>y</x>", "a < b", "</b>", "<b><i>x</b></i>"):
        with pytest.raises(MarkupError):
            parse_html(bad)
