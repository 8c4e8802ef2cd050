"""Every setting: its name, its default and one sentence; read from BOT_* variables and .env."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


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
    llm: str | None = Field(None, description="Chat model that may only reword what was found; off by default.")
    staff_chat: int | None = Field(None, description="Chat id of the volunteers' group.")
    staff_leads: str = Field("", description="Names (@lead) mentioned when a question waits for ten minutes.")
    organizers: str = Field("", description="Telegram user ids of organizers, separated by commas.")
    webhook_url: str | None = Field(None, description="Public https address for webhooks; default polling.")
    webhook_secret: SecretStr | None = Field(None, description="Secret that Telegram sends with each webhook call.")
    webhook_listen: str = Field("127.0.0.1:8080", description="Address and port the webhook server listens on.")
    retention_days: int = Field(30, description="Days after the event after which personal data is deleted.")

    @cached_property
    def organizer_ids(self) -> frozenset[int]:
        """The organizers' Telegram user ids."""
        return frozenset(int(part) for part in self.organizers.replace(";", ",").split(",") if part.strip())

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in use."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite+aiosqlite:///{self.data_dir / 'assistant.sqlite3'}"


EVENT_ZONE = ZoneInfo("Asia/Shanghai")
"""The event's time zone, whatever the server's."""
