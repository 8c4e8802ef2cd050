"""The history of the schema: Alembic revisions, applied by `Database.open`; no alembic.ini is needed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection


class SchemaTooNew(Exception):
    """The database was migrated by a newer version of the assistant; this one must not touch it."""


def configuration() -> Config:
    """Alembic's configuration, in code."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def upgrade(connection: Connection) -> None:
    """Bring the schema to the newest revision, inside the connection's transaction: all of it or nothing."""
    from alembic import command
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = configuration()
    script = ScriptDirectory.from_config(config)
    known = {revision.revision for revision in script.walk_revisions()}
    present = MigrationContext.configure(connection).get_current_heads()
    if unknown := sorted(set(present) - known):
        raise SchemaTooNew(
            f"The database has schema {', '.join(unknown)}, made by a newer version of the assistant; "
            f"this version knows up to {script.get_current_head()}. Start the newer version."
        )
    if set(present) == set(script.get_heads()):
        return
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
