"""The handbook's order, and its words: the same as the bot's, entry by entry, in the shipped knowledge."""

from __future__ import annotations

import html
import re
from datetime import datetime

import pytest

from bot.channels.handbook_pages import handbook_page
from bot.conversation import asking, browsing
from bot.domain.edition import Snapshot
from bot.domain.language import Language
from bot.domain.question import Answer
from bot.i18n import catalog
from bot.services.handbook import contents, names_of, traditional_of
from bot.settings import EVENT_ZONE, ROOT
from bot.stores import knowledge_files
from tests.conversation.stand_ins import entries, programme

EVENING = datetime(2025, 7, 9, 20, 0, tzinfo=EVENT_ZONE)


@pytest.fixture(scope="module")
def edition():
    knowledge = knowledge_files.read(ROOT / "knowledge")
    return Snapshot({entry.id: entry for entry in knowledge.entries}, knowledge.programme, 3)


def text_of(markup: str) -> str:
    """What a reader sees of HTML."""
    lines = re.sub(r"<br/>", "\n", re.sub(r"</p>\s*<p>", "\n\n", markup))
    return html.unescape(re.sub(r"<[^>]+>", "", lines)).strip()


@pytest.mark.parametrize("language", list(Language))
def test_every_entry_says_what_the_bot_says(edition, language):
    say = catalog(language)
    page = handbook_page(edition, language, EVENING)
    articles = dict(re.findall(r'<article id="e-([^"]+)"[^>]*>(.*?)</article>', page, re.DOTALL))
    lasting = [entry for entry in edition.entries.values() if not entry.valid_until or entry.valid_until > EVENING]
    assert set(articles) == {entry.id for entry in lasting}
    for entry in lasting:
        reply = asking.compose(Answer((entry.id,), 1.0), edition, say, EVENING, staffed=True)
        article = articles[entry.id]
        shape = r'<h3>(.*?)</h3><div class="text">(.*?)</div>.*<div class="small">(.*?)</div>'
        parts = re.match(shape, article, re.DOTALL)
        assert parts, entry.id
        assert [text_of(part) for part in parts.groups()] == [reply.title, reply.text.strip(), reply.small_print]


@pytest.mark.parametrize("language", list(Language))
def test_programme_by_day_with_rooms(edition, language):
    page = handbook_page(edition, language, EVENING)
    days = page[page.index('id="days"') : page.index('<section id="t-')]
    assert days.count("<caption>") == len({one.slot.start.date() for one in edition.programme.occurrences()})
    assert days.count("<tr") == len(edition.programme.occurrences())
    for one in edition.programme.occurrences():
        room = edition.programme.room(one.session.room_id)
        assert f'href="#e-{one.session.id}"' in days
        assert room is None or html.escape(room.name.show(language)[0]) in days


@pytest.mark.parametrize("language", list(Language))
def test_page_needs_nothing_from_elsewhere(edition, language):
    page = handbook_page(edition, language, EVENING)
    assert not re.search(r'(?:src|href)="(?!#|(?:zh|ru|en)\.html")', page)
    assert "@import" not in page and "url(" not in page
    assert 'name="viewport"' in page and "@media print" in page
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(re.findall(r'id="([^"]+)"', page))


@pytest.mark.parametrize(
    ("language", "entry", "names"),
    [
        (Language.ZH, "lunch", {"午饭", "Lunch", "餐厅"}),
        (Language.RU, "subforum-governance", {"Зал В", "Зал B", "Sub-forum 2: data governance"}),
        (Language.EN, "welcome-dinner", {"gala dinner", "Banquet Hall", "欢迎晚宴"}),
        (Language.EN, "venue-main", {"convention centre", "Hall B", "canteen"}),
    ],
)
def test_an_entry_is_found_by_its_names(edition, language, entry, names):
    found = names_of(edition.entries[entry], edition.programme, language)
    assert names <= set(found)
    article = re.search(rf'<article id="e-{entry}" data-names="([^"]*)"', handbook_page(edition, language, EVENING))
    assert article and html.unescape(article[1]).split(" · ") == found


def test_traditional_characters_of_the_text_are_known(edition):
    pairs = traditional_of("地铁和会场")
    known = dict(zip(pairs[::2], pairs[1::2], strict=True))
    assert (known["鐵"], known["會"], known["場"]) == ("铁", "会", "场") and "機" not in known
    assert re.search(r'data-traditional="[^"]*鐵铁', handbook_page(edition, Language.ZH, EVENING))


@pytest.mark.parametrize("language", list(Language))
def test_paper_has_page_numbers_and_the_programme_on_the_first_page(edition, language):
    page = handbook_page(edition, language, EVENING)
    printed = page[page.index("@media print") : page.index("</style>")]
    assert "counter(page)" in printed and ".days h2 { break-before: auto }" in printed


def test_ended_entries_are_left_out_and_unknown_sections_come_last():
    noon = datetime(2025, 7, 11, 12, 0, tzinfo=EVENT_ZONE)
    found = contents(entries(), programme(), browsing.TOPICS, noon)
    assert "shuttle" not in [entry.id for entry in found.entries]
    assert sorted(entry.id for entry in found.entries) == ["badge", "opening", "parking", "theme", "wifi"]
    topics = {"forum": ("forum",), "other": ()}
    assert [topic for topic, _ in contents(entries(), programme(), topics, noon).topics] == ["forum", "other"]
