"""Files from the command line: the calendar of the published programme, and the sheets for the doors."""

import re
from html.parser import HTMLParser

import pytest

import ingest
from bot.__main__ import main
from tests.calendar_reader import events, read
from tests.services.test_ingestion import encoder, installation  # noqa: F401


@pytest.fixture
def published(installation, monkeypatch):  # noqa: F811
    monkeypatch.setenv("BOT_DATA_DIR", str(installation.data_dir))
    monkeypatch.delenv("BOT_TOKEN", raising=False)
    monkeypatch.setattr(ingest, "_ingestion", lambda options, settings: installation)
    assert ingest.main(["--quiet"]) == 0
    return installation


def test_calendar_of_everything_and_of_some_sessions(published, tmp_path, capsys):
    path = tmp_path / "all.ics"
    assert main(["calendar", "--output", str(path)]) == 0
    assert {event.text("SUMMARY") for event in events(read(path.read_bytes()))} >= {"Welcome", "Island trip"}
    assert main(["calendar", "--output", str(path), "--session", "welcome", "farewell", "--language", "ru"]) == 0
    assert [event.text("SUMMARY") for event in events(read(path.read_bytes()))] == ["Приветствие", "Прощальный приём"]
    capsys.readouterr()
    assert main(["calendar", "--output", str(path), "--session", "nothing"]) == 1
    assert "there is no session nothing" in capsys.readouterr().err


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.languages, self.sheets, self.codes, self.foreign = [], [], 0, []

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag == "section":
            self.sheets.append(values["id"])
        self.codes += tag == "svg"
        if tag == "p" and values.get("lang"):
            self.languages.append(values["lang"])
        self.foreign += [values[name] for name in ("src", "href") if name in values]


def test_a_sheet_for_every_door_in_three_languages(published, tmp_path, capsys):
    folder = tmp_path / "doors"
    assert main(["door-sheets", str(folder), "--bot", "@congress_bot"]) == 0
    names = sorted(path.stem for path in folder.iterdir())
    assert names == ["all", "glass-hall", "oak-hall", "pier"]
    page = Page()
    text = (folder / "all.html").read_text("utf-8")
    page.feed(text)
    assert page.sheets == ["oak-hall", "glass-hall", "pier"]
    assert (page.codes, page.languages, page.foreign) == (3, ["zh", "ru", "en"] * 3, [])
    assert re.findall(r"https://t\.me/\S+?(?=<)", text) == [
        f"https://t.me/congress_bot?start=v_{one}" for one in page.sheets
    ]
    for words in ("橡树厅", "Дубовый зал", "Oak Hall", "Дом у гавани"):
        assert words in text
    assert main(["door-sheets", str(folder)]) == 1
    assert "Give --bot NAME" in capsys.readouterr().err
