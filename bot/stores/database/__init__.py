"""The database: people, questions, queues, escalations and agendas; SQLite or PostgreSQL, one code path."""

from bot.stores.database.engine import Bell, Database, DatabaseUnavailable, SchemaTooNew, Transaction

__all__ = ["Bell", "Database", "DatabaseUnavailable", "SchemaTooNew", "Transaction"]
