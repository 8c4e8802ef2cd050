"""The same assistant in a terminal: text, numbered buttons, no token."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TextIO

from bot.conversation.assistant import Assistant
from bot.conversation.incoming import Incoming
from bot.conversation.reply import Button, Reply
from bot.domain.language import Language
from bot.i18n import catalog

CHAT = 1
"""The chat of the console; Telegram gives such a small number to nobody."""
LEAVING = {"/quit", "/exit", "/q"}

_BOLD, _DIM, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"


class Console:
    """Reads lines, shows replies; a number presses the button that carries it."""

    def __init__(
        self,
        assistant: Assistant,
        clock: Callable[[], datetime],
        language: Language | None = None,
        source: TextIO | None = None,
        target: TextIO | None = None,
    ) -> None:
        self._assistant = assistant
        self._clock = clock
        self._language = language
        self._source = source or sys.stdin
        self._target = target or sys.stdout
        self._terminal = self._target.isatty()
        self._typed = self._source.isatty()
        self._buttons: list[Button] = []
        self._say = catalog(language or Language.EN)
        self._messages = 0
        self._lines: asyncio.Queue[str] = asyncio.Queue()

    async def run(self) -> None:
        """Until /quit, the end of the input or Ctrl-C."""
        if self._language is not None:
            await self._hear(button=f"l:start:{self._language}")
        else:
            await self._hear(command="start")
        self._print(self._style(_DIM, self._say.text("Type the number of a button to press it; /quit leaves.")))
        # A daemon: Ctrl-C must not wait for the line that is being typed.
        threading.Thread(target=self._read, args=(asyncio.get_running_loop(),), daemon=True).start()
        while (line := await self._next_line()) is not None:
            line = line.strip()
            if line.lower() in LEAVING:
                return
            await self._understand(line)

    async def _understand(self, line: str) -> None:
        """A number presses a button, a slash opens a command, anything else is a message."""
        if line.isascii() and line.isdigit() and self._buttons:
            await self._press(line)
        elif line.startswith("/") and len(line) > 1:
            command, _, rest = line[1:].partition(" ")
            await self._hear(command=command, text=rest)
        else:
            await self._hear(text=line)

    async def _press(self, number: str) -> None:
        button = {str(place): button for place, button in enumerate(self._buttons, start=1)}.get(number)
        if button is None:
            say, last = self._say, len(self._buttons)
            self._print(say.text("There is no button {number}; the last one is {last}.", number=number, last=last))
        elif button.url:
            self._print(button.url)
        else:
            await self._hear(button=button.data)

    async def _hear(self, *, text: str = "", command: str = "", button: str = "") -> None:
        self._messages += 1
        incoming = Incoming(
            chat=CHAT,
            person=0,
            sent_at=self._clock(),
            text=text,
            command=command,
            button=button,
            message=self._messages,
            interface_language=self._language,
            update=self._messages,
        )
        replies = await self._assistant.respond(incoming)
        self._say = catalog(await self._assistant.language_of(CHAT, self._language))
        self._show(replies)

    def _show(self, replies: Iterable[Reply]) -> None:
        shown = list(replies)
        if any(reply.buttons for reply in shown):
            self._buttons = []
        for reply in shown:
            self._print("\n".join(self._lines_of(reply)))

    def _lines_of(self, reply: Reply) -> list[str]:
        lines = [""]
        if reply.toast:
            lines.append(self._style(_DIM, f"({reply.toast})"))
        if reply.chat is not None and reply.chat != CHAT:
            lines.append(self._style(_DIM, self._say.text("To chat {chat}:", chat=reply.chat)))
        if reply.title:
            lines.append(self._style(_BOLD, reply.title))
        if reply.text:
            lines.append(reply.text)
        if reply.pin:
            pin = reply.pin
            lines.append(f"📍 {pin.title}, {pin.address} ({pin.latitude:.5f}, {pin.longitude:.5f})")
        if reply.attachment:
            lines.append(f"📎 {reply.attachment.name}")
        if reply.small_print:
            lines.append(self._style(_DIM, reply.small_print))
        for row in reply.buttons:
            numbered = []
            for button in row:
                self._buttons.append(button)
                numbered.append(f"[{len(self._buttons)}] {button.label}")
            lines.append("  " + "   ".join(numbered))
        return lines

    async def _next_line(self) -> str | None:
        """The next line; None at the end. Piped input is echoed, so that a transcript can be read."""
        if self._typed:
            print("\n> ", end="", file=self._target, flush=True)
        line = await self._lines.get()
        if not line:
            return None
        if not self._typed:
            self._print(f"\n> {line.rstrip()}")
        return line

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        """Passes on the lines of the source; an empty one is its end."""
        line = "-"
        while line:
            line = self._source.readline()
            try:
                loop.call_soon_threadsafe(self._lines.put_nowait, line)
            except RuntimeError:
                return

    def _style(self, code: str, text: str) -> str:
        return f"{code}{text}{_PLAIN}" if self._terminal else text

    def _print(self, text: str) -> None:
        print(text, file=self._target, flush=True)
