"""Every setting: its name, its default and one sentence; read from BOT_* variables and .env."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent

_URLS = {
    "api_url": "https://api.telegram.org",
    "proxy": "http://proxy.example:3128 or socks5://proxy.example:1080",
    "chroma_url": "http://127.0.0.1:8000",
    "webhook_url": "https://bot.example.org/hook",
}
"""The settings that are URLs, each with an example of what it looks like."""
_SCHEMES = {"proxy": ("http", "https", "socks5", "socks5h")}
"""What such a URL may begin with, where that is not http or https."""
_DATABASE = re.compile(
    r"sqlite(\+\w+)?:///(?!:memory:|file:).+|postgresql(\+\w+)?://(.*@)?(\[[^\]]*\]|[^/:@]*)(:\d+)?([/?].*)?"
)
"""The databases there are drivers for: a file of SQLite, or PostgreSQL."""


class WrongSettings(ValueError):
    """What is wrong with which setting, as one sentence without its value: that may be a secret."""


class Settings(BaseSettings):
    """The settings of one installation; frozen after start."""

    model_config = SettingsConfigDict(env_prefix="BOT_", env_file=".env", extra="ignore", frozen=True)

    token: SecretStr | None = Field(None, description="Token of the Telegram bot, from @BotFather; `run` needs it.")
    api_url: str = Field("https://api.telegram.org", description="Root of the Bot API server.")
    proxy: SecretStr | None = Field(None, description="Proxy for Telegram: http://… or socks5://…")
    data_dir: Path = Field(ROOT / "data", description="Everything written at run time lives here.")
    knowledge_dir: Path = Field(ROOT / "knowledge", description="The organizers' files.")
    database_url: SecretStr | None = Field(
        None, description="SQLAlchemy URL; default SQLite in the data directory; postgresql+asyncpg://… for replicas."
    )
    chroma_url: str | None = Field(None, description="URL of a Chroma server; default embedded in the data directory.")
    embedding_model: str | None = Field(
        None, description="A sentence-transformers name or folder; default the embedded encoder."
    )
    staff_chat: int | None = Field(None, description="Chat id of the volunteers' group.")
    staff_leads: str = Field("", description="Names (@lead) mentioned when a question waits for ten minutes.")
    organizers: str = Field("", description="Telegram user ids of organizers, separated by commas.")
    webhook_url: str | None = Field(None, description="Public https address for webhooks; default polling.")
    webhook_secret: SecretStr | None = Field(None, description="Secret that Telegram sends with each webhook call.")
    webhook_listen: str = Field("127.0.0.1:8080", description="Address and port the webhook server listens on.")
    retention_days: int = Field(
        30, description="Days after the event after which personal data is deleted; later data is deleted at this age."
    )

    def __init__(self, **values: Any) -> None:
        """Read them all; WrongSettings when one is not what it must be."""
        try:
            super().__init__(**values)
        except ValidationError as error:
            wrong = (
                f"BOT_{str(one['loc'][0]).upper()}: {one['msg'].removeprefix('Value error, ')}"
                for one in error.errors()
            )
            raise WrongSettings(f"A setting is wrong, in the environment or in .env: {'; '.join(wrong)}") from None

    @field_validator(*_URLS)
    @classmethod
    def _is_url(cls, value: str | SecretStr | None, info: ValidationInfo) -> str | SecretStr | None:
        name = str(info.field_name)
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        if text or name == "api_url":  # the others are left out by an empty variable too
            _check_url(text or "", _SCHEMES.get(name, ("http", "https")), _URLS[name])
        return value

    @field_validator("api_url")
    @classmethod
    def _is_root(cls, value: str) -> str:
        if re.search(r"/bot(\d+:[^/]*)?/*$", value):
            raise ValueError("must end before /bot, which is added with the token")
        return value

    @field_validator("database_url")
    @classmethod
    def _is_database(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not _DATABASE.fullmatch(value.get_secret_value()):
            raise ValueError("must be sqlite:///path of a file or postgresql://user:password@host/name")
        return value

    @field_validator("organizers")
    @classmethod
    def _are_ids(cls, value: str) -> str:
        try:
            _ids(value)
        except ValueError as error:
            raise ValueError("must be Telegram user ids separated by commas, such as 123456789, 987654321") from error
        return value

    @cached_property
    def organizer_ids(self) -> frozenset[int]:
        """The organizers' Telegram user ids."""
        return _ids(self.organizers)

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in use."""
        if self.database_url:
            return self.database_url.get_secret_value()
        return f"sqlite+aiosqlite:///{self.data_dir / 'assistant.sqlite3'}"


def _check_url(text: str, schemes: Sequence[str], example: str) -> None:
    try:
        address = urlsplit(text)
        is_url = address.scheme in schemes and bool(address.hostname) and address.port != 0
    except ValueError:  # a port that is no number, a bracket too few
        is_url = False
    if not is_url or re.search(r"\s", text):
        raise ValueError(f"must be a URL such as {example}")


def _ids(text: str) -> frozenset[int]:
    return frozenset(int(part) for part in text.replace(";", ",").split(",") if part.strip())


EVENT_ZONE = ZoneInfo("Asia/Shanghai")
"""The event's time zone, whatever the server's."""
