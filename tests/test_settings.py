"""Settings: what is refused, and that each command says it in one sentence that names the setting."""

import pytest

import ingest
from bot.__main__ import main
from bot.settings import Settings, WrongSettings

TOKEN = "123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc"
WRONG = [
    ("api_url", "127.0.0.1:9", "must be a URL such as https://api.telegram.org"),
    ("api_url", "not a url", "must be a URL such as https://api.telegram.org"),
    ("api_url", "", "must be a URL such as https://api.telegram.org"),
    ("api_url", "https://api.telegram.org/bot", "must end before /bot, which is added with the token"),
    ("api_url", f"https://api.telegram.org/bot{TOKEN}/", "must end before /bot, which is added with the token"),
    ("proxy", "proxy.example:3128", "must be a URL such as http://proxy.example:3128"),
    ("proxy", "sock5://anna:secret@proxy.example:1080", "or socks5://proxy.example:1080"),
    ("proxy", "http://proxy.example:port", "must be a URL"),
    ("database_url", "foo://anna:secret@x", "must be sqlite:///path of a file or postgresql://"),
    ("database_url", "sqlite://", "must be sqlite:///path"),
    ("database_url", "sqlite+aiosqlite:///:memory:", "must be sqlite:///path"),
    ("database_url", "postgresql://anna:secret@db:many/bot", "postgresql://user:password@host/name"),
    ("chroma_url", "127.0.0.1:8000", "must be a URL such as http://127.0.0.1:8000"),
    ("webhook_url", "bot.example.org/hook", "must be a URL such as https://bot.example.org/hook"),
    ("organizers", "abc", "must be Telegram user ids separated by commas"),
    ("staff_chat", "abc", "should be a valid integer"),
]


@pytest.mark.parametrize(("name", "value", "words"), WRONG)
def test_a_wrong_setting_is_refused_in_one_sentence_without_its_value(name, value, words):
    with pytest.raises(WrongSettings) as caught:
        Settings(_env_file=None, **{name: value})
    sentence = str(caught.value)
    assert sentence.startswith(f"A setting is wrong, in the environment or in .env: BOT_{name.upper()}: ")
    assert words in sentence
    assert "\n" not in sentence
    for secret in ("secret", TOKEN, "pydantic"):
        assert secret not in sentence


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("api_url", "http://127.0.0.1:8081/"), ("api_url", "https://example.org/botapi"),
        ("proxy", "socks5://anna:secret@proxy.example:1080"), ("proxy", "http://proxy.example:3128"), ("proxy", ""),
        ("database_url", "sqlite+aiosqlite:////var/lib/bot.sqlite3"), ("database_url", "sqlite:///here.sqlite3"),
        ("database_url", "postgresql+asyncpg://anna:se/cr@et@db:5432/bot?ssl=require"), ("database_url", ""),
        ("database_url", "postgresql:///bot?host=/run/postgresql"), ("database_url", "postgresql://[::1]:5432/bot"),
        ("chroma_url", "http://chroma:8000"), ("chroma_url", ""), ("organizers", "12, 34; 56,"), ("organizers", ""),
    ],
)  # fmt: skip
def test_what_works_is_not_refused(name, value):
    settings = Settings(_env_file=None, **{name: value})
    assert settings.organizer_ids == ({12, 34, 56} if "12" in value and name == "organizers" else set())
    assert "://" in settings.database


def test_every_command_says_it_the_same_way(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BOT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("BOT_STAFF_CHAT", "abc")
    monkeypatch.setenv("BOT_PROXY", "proxy.example:3128")
    assert main(["health"]) == 2
    said = capsys.readouterr().err
    assert "BOT_PROXY: must be a URL" in said
    assert "BOT_STAFF_CHAT: " in said
    assert len(said.splitlines()) == 1
    assert ingest.main(["--check"]) == 1
    assert capsys.readouterr().err == f"ingest.py: {said}"


def test_a_folder_to_watch_that_does_not_exist_is_named(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    assert ingest.main(["--watch", "--knowledge", str(tmp_path / "nope")]) == 1
    assert f"the knowledge folder {tmp_path / 'nope'} does not exist" in capsys.readouterr().err
