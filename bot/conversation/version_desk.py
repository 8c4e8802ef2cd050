"""/versions and /rollback: what was published, by whom and when; and the question before a version comes back."""

from __future__ import annotations

import re
from datetime import datetime

from bot.conversation.reply import Button, Reply
from bot.conversation.turn import Turn
from bot.i18n import Translator
from bot.services.staging import Stage, Staging
from bot.settings import Settings
from bot.stores import generations

_MOST = 10


class VersionDesk:
    """The versions of one data directory; going back is a stage like a file that was sent."""

    def __init__(self, settings: Settings, staging: Staging) -> None:
        self._data_dir = settings.data_dir
        self._staging = staging

    async def show(self, turn: Turn, _: str) -> list[Reply]:
        """/versions: the last publications and rollbacks, the newest first."""
        say, current = turn.say, generations.current_number(self._data_dir)
        lines: list[str] = []
        for version in list(reversed(generations.history(self._data_dir)))[:_MOST]:
            moment = say.moment(datetime.fromisoformat(version.when))
            what = say.label("version", "taken back") if version.action != "published" else _short(version.changes)
            mark = "✅ " if version.number == current and not lines else ""
            reason = f" · {version.forced or version.reason}" if version.forced or version.reason else ""
            lines.append(f"{mark}{version.number} · {moment} · {version.who} · {what}{reason}")
        text = "\n".join(lines) or say.text("Nothing is published yet.")
        return [Reply(title=say.label("heading", "Versions"), text=text)]

    async def ask(self, turn: Turn, arguments: str) -> list[Reply]:
        """/rollback [N] asks first."""
        say, data_dir = turn.say, self._data_dir
        current, known = generations.current_number(data_dir), generations.versions(data_dir)
        number = int(arguments) if arguments.isascii() and arguments.isdigit() and len(arguments) < 7 else None
        if number is None and current in known:
            number = known[current].parent
        if number is None or number not in known or number == current:
            return [Reply(text=say.text("There is no such version to go back to. /versions lists them."))]
        stage = self._staging.open(
            Stage("", turn.incoming.person, turn.chat, turn.incoming.name or str(turn.incoming.person), turn.language,
                  turn.now, "rollback", say.text("from the chat"), state="asking", version=number)
        )  # fmt: skip
        text = say.text(
            "Version {current} is current. Shall version {number} ({moment}) be current again?",
            current=current,
            number=number,
            moment=say.moment(datetime.fromisoformat(known[number].when)),
        )
        return [Reply(text=text, buttons=(buttons(stage, say),))]


def buttons(stage: Stage, say: Translator) -> tuple[Button, ...]:
    """What can be done with a rollback that waits for a word."""
    yes = Button(say.label("button", "↩️ Yes, go back"), f"u:back:{stage.token}")
    return (yes, Button(say.label("button", "No"), f"u:no:{stage.token}"))


def _short(changes: str) -> str:
    """«2 added, 1 removed» as +2 −1, the same in every language."""
    marks = {"added": "+", "changed": "±", "removed": "−"}
    found = re.findall(r"(\d+) (added|changed|removed)", changes)
    return " ".join(f"{marks[name]}{number}" for number, name in found) or "±0"
