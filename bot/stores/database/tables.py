"""Every table of the database, in one metadata; times are stored as UTC and come back aware."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Moment(TypeDecorator[datetime]):
    """An aware datetime: stored as UTC (SQLite keeps no zone), returned aware; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; without the zone for SQLite, whose text must sort by time."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone must not reach the database")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Back to an aware UTC datetime."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# SQLite counts up by itself only in a column declared INTEGER; PostgreSQL gets 64 bits.
RunningNumber = BigInteger().with_variant(Integer, "sqlite")
Json = JSON(none_as_null=True)
_STILL_OPEN: dict[str, Any] = dict.fromkeys(("sqlite_where", "postgresql_where"), text("finished_at IS NULL"))


def _number() -> Column[Any]:
    return Column("id", RunningNumber, primary_key=True, autoincrement=True)


delegates = Table(
    "delegates",
    metadata,
    # Never given twice, also after the person is forgotten: AUTOINCREMENT on SQLite.
    Column("pseudonym", RunningNumber, primary_key=True, autoincrement=True),
    Column("chat", BigInteger, nullable=False, unique=True),
    Column("language", String(2)),
    Column("language_chosen", Boolean, nullable=False, default=False),
    Column("first_seen", Moment, nullable=False),
    Column("unreachable", Boolean, nullable=False, default=False),
    Column("announcements", Boolean, nullable=False, default=True),
    Column("reminder_minutes", Integer, nullable=False, default=15),
    Column("shares_name", Boolean, nullable=False, default=False),
    sqlite_autoincrement=True,
)

volunteers = Table(
    "volunteers",
    metadata,
    Column("number", RunningNumber, primary_key=True, autoincrement=True),
    Column("person", BigInteger, nullable=False, unique=True),
    Column("name", String(200), nullable=False, default=""),
    Column("languages", Json, nullable=False),
    sqlite_autoincrement=True,
)

exchanges = Table(
    "exchanges",
    metadata,
    _number(),
    Column("chat", BigInteger, nullable=False),
    Column("question", Text, nullable=False),
    Column("language", String(2), nullable=False),
    Column("outcome", String(12), nullable=False),
    Column("entries", Json, nullable=False),
    Column("nearest", Json, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("milliseconds", Float, nullable=False),
    Column("generation", String(100), nullable=False),
    Column("message", BigInteger),
    Column("useful", Boolean),
    Column("at", Moment, nullable=False, index=True),
    Column("reading", Json),
    Index("ix_exchanges_chat_at", "chat", "at"),
    sqlite_autoincrement=True,
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("chat", BigInteger, primary_key=True, autoincrement=False),
    Column("entry_id", String(200), primary_key=True),
    Column("version", String(100), nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_deliveries_entry_id_at", "entry_id", "at"),
)

inbox = Table(
    "inbox",
    metadata,
    # Order of arrival: Telegram's ids may start anew at random after a quiet week.
    _number(),
    Column("update_id", BigInteger, nullable=False, unique=True),
    Column("chat", BigInteger),
    Column("person", BigInteger),
    Column("payload", Json),
    Column("state", String(8), nullable=False, default="new"),
    Column("owner", String(100)),
    Column("lease", Moment),
    Column("tries", Integer, nullable=False, default=0),
    Column("received_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Column("reference", String(40)),
    # Rows that have ended stay for days: what is open must be found without passing them.
    Index("ix_inbox_open", "id", **_STILL_OPEN),
    Index("ix_inbox_open_chat", "chat", "id", **_STILL_OPEN),
    sqlite_autoincrement=True,
)

outbox = Table(
    "outbox",
    metadata,
    _number(),
    Column("dedup", String(200), nullable=False, unique=True),
    Column("chat", BigInteger, nullable=False),
    Column("chat_class", String(8), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("body", Json),
    Column("ref", String(100), nullable=False, default=""),
    Column("campaign", String(100)),
    # Chats of the delegates a staff card speaks of, as ",17,35,": /forget must find it.
    Column("about", Text, nullable=False, default=""),
    Column("due", Moment, nullable=False),
    Column("valid_until", Moment),
    Column("state", String(12), nullable=False, default="new"),
    Column("owner", String(100)),
    Column("lease", Moment),
    Column("tries", Integer, nullable=False, default=0),
    Column("unknowns", Integer, nullable=False, default=0),
    Column("last_error", Text),
    Column("created_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Column("message_id", BigInteger),
    Column("reported", Boolean, nullable=False, default=False),
    Index("ix_outbox_open", "priority", "id", **_STILL_OPEN),
    Index("ix_outbox_open_chat", "chat", "priority", "id", **_STILL_OPEN),
    Index("ix_outbox_campaign_state", "campaign", "state"),
    sqlite_autoincrement=True,
)

outbox_halt = Table(
    "outbox_halt",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("until", Moment, nullable=False),
)

messages = Table(
    "messages",
    metadata,
    Column("chat", BigInteger, primary_key=True, autoincrement=False),
    Column("message_id", BigInteger, primary_key=True, autoincrement=False),
    Column("ref", String(100), nullable=False, index=True),
    Column("at", Moment, nullable=False),
)

escalations = Table(
    "escalations",
    metadata,
    _number(),
    Column("state", String(10), nullable=False),
    Column("cluster", String(200)),
    Column("language", String(2), nullable=False),
    Column("question", Text, nullable=False),
    Column("reason", String(20), nullable=False),
    Column("nearest", Json, nullable=False),
    Column("answer_given", String(200)),
    Column("opened_at", Moment, nullable=False),
    # Since when nobody has it: opening, handing back, a lapsed claim, reopening.
    Column("waiting_since", Moment, nullable=False),
    Column("reminded_at", Moment),
    Column("leads_at", Moment),
    Column("claimed_by", BigInteger),
    Column("claimed_at", Moment),
    Column("first_answer_at", Moment),
    Column("closed_at", Moment),
    Column("closed_by", BigInteger),
    Column("forgotten", Boolean, nullable=False, default=False),
    Index("ix_escalations_state_opened_at", "state", "opened_at"),
    sqlite_autoincrement=True,
)
# Two people asking the same at the same moment meet in one escalation, whatever the race.
_waiting = escalations.c.state.in_(["open", "claimed"])
Index(
    "uq_escalations_cluster_waiting",
    escalations.c.cluster,
    unique=True,
    sqlite_where=_waiting,
    postgresql_where=_waiting,
)

askers = Table(
    "askers",
    metadata,
    Column("escalation", RunningNumber, ForeignKey("escalations.id", ondelete="CASCADE"), primary_key=True),
    Column("chat", BigInteger, primary_key=True, autoincrement=False, index=True),
    Column("language", String(2), nullable=False),
    Column("question", Text, nullable=False),
    Column("message", BigInteger),
    Column("exchange", BigInteger),
    Column("asked_at", Moment, nullable=False),
)

threads = Table(
    "threads",
    metadata,
    _number(),
    Column("escalation", RunningNumber, ForeignKey("escalations.id", ondelete="CASCADE"), nullable=False, index=True),
    # The delegate's chat it was written in or for; NULL: for all who asked.
    Column("chat", BigInteger, index=True),
    Column("author", String(10), nullable=False),
    Column("person", BigInteger, nullable=False),
    Column("text", Text, nullable=False),
    Column("language", String(2)),
    Column("message", BigInteger),
    Column("body", Json),
    Column("at", Moment, nullable=False),
    sqlite_autoincrement=True,
)

agenda = Table(
    "agenda",
    metadata,
    Column("chat", BigInteger, primary_key=True, autoincrement=False),
    Column("session_id", String(200), primary_key=True, index=True),
    Column("added_at", Moment, nullable=False),
    Column("reminded_for", Moment),
)

announcements = Table(
    "announcements",
    metadata,
    _number(),
    Column("kind", String(12), nullable=False),
    Column("state", String(10), nullable=False),
    Column("texts", Json, nullable=False),
    Column("author", BigInteger),
    Column("created_at", Moment, nullable=False),
    Column("started_at", Moment),
    Column("finished_at", Moment),
    sqlite_autoincrement=True,
)

versions = Table(
    "versions",
    metadata,
    Column("number", RunningNumber, primary_key=True, autoincrement=True),
    Column("generation", String(100), nullable=False),
    Column("digest", String(100), nullable=False),
    Column("published_at", Moment, nullable=False),
    Column("details", Json),
    sqlite_autoincrement=True,
)

stored_values = Table(
    "stored_values",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("value", Json),
)
