"""Files for others: the programme as a calendar, and the sheets that hang at the doors."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from bot.conversation import agenda, venues
from bot.domain.language import Language
from bot.domain.programme import Programme
from bot.i18n import catalog
from bot.services.calendar_files import calendar_file
from bot.services.door_sheets import Sheet, page
from bot.services.notices import Publications
from bot.settings import Settings


class ExportError(OSError):
    """The file cannot be made; the message says why and what to do."""


def write_calendar(settings: Settings, path: Path, ids: Sequence[str], language: Language, now: datetime) -> int:
    """Write the published programme, or the sessions named, as one file; how many sessions are in it."""
    programme = Publications(settings.data_dir).current().programme
    if unknown := [one for one in ids if programme.session(one) is None]:
        raise ExportError(f"there is no session {', '.join(unknown)} in the published programme")
    chosen = [session for session in programme.sessions if not ids or session.id in ids]
    say = catalog(language)
    content = calendar_file(
        programme,
        chosen,
        language,
        stamp=now,
        name=agenda.calendar_name(say),
        sample=agenda.sample_remark(say),
    )
    path.write_bytes(content)
    return len(chosen)


def write_door_sheets(settings: Settings, folder: Path, bot: str | None) -> int:
    """Write a page for each room, and all.html with all of them; how many rooms there are."""
    programme = Publications(settings.data_dir).current().programme
    sheets = sheets_of(programme, bot or _name_of_bot(settings))
    phrases = {language: venues.door_phrases(catalog(language)) for language in Language}
    folder.mkdir(parents=True, exist_ok=True)
    for sheet in sheets:
        (folder / f"{sheet.id}.html").write_text(page([sheet], phrases, sheet.id), "utf-8")
    (folder / "all.html").write_text(page(sheets, phrases, "all"), "utf-8")
    return len(sheets)


def sheets_of(programme: Programme, bot: str) -> list[Sheet]:
    """A sheet for every room."""
    return [
        Sheet(room.id, room.name, venue.title, venues.link(bot, f"v_{room.id}"))
        for venue in programme.venues
        for room in venue.rooms
    ]


def _name_of_bot(settings: Settings) -> str:
    """The bot's user name, as Telegram knows it by the token."""
    if settings.token is None:
        raise ExportError("which bot shall the codes open? Give --bot NAME, or set BOT_TOKEN")
    from telegram.error import TelegramError

    from bot.channels.telegram.line import open_line

    async def ask() -> str:
        async with open_line(settings) as line:
            return line.username

    try:
        return asyncio.run(ask())
    except TelegramError as error:
        raise ExportError(f"Telegram does not tell the bot's name ({type(error).__name__}); give --bot NAME") from error
