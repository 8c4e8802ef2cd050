"""The world behind the server: people, chats, messages, the queue of updates, and what the bot did."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from tests.botapi.faults import Faults, Pace

TOKEN = "123456789:AAlocal-bot-api-server-token-for-tests"
BOT = {
    "id": 123456789, "is_bot": True, "first_name": "Delegate Assistant", "username": "delegate_test_bot",
    "can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False,
}  # fmt: skip
CALLBACK_LIFE = 150
ANONYMOUS = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}


class World:
    """State of the server; every public method may be called by the harness from any thread, or by /control/call."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.wake: Callable[[], None] = lambda: None
        self.faults = Faults()
        self.pace: Pace | None = None
        self.latency = 0.0
        self.updates: list[dict[str, Any]] = []
        self.next_update = 500_000_000
        self.delivered: dict[int, float] = {}
        self.written: dict[int, float] = {}
        self.chats: dict[int, dict[str, Any]] = {}
        self.members: dict[int, dict[int, str]] = defaultdict(dict)
        self.blocked: set[int] = set()
        self.migrated: dict[int, int] = {}
        self.messages: dict[int, dict[int, dict[str, Any]]] = defaultdict(dict)
        self.counters: dict[int, int] = defaultdict(lambda: 100)
        self.calls: list[dict[str, Any]] = []
        self.callbacks: dict[str, dict[str, Any]] = {}
        self.commands: dict[str, list[dict[str, str]]] = {}
        self.files: dict[str, dict[str, Any]] = {}
        self.webhook: dict[str, Any] = {"url": ""}
        self.allowed_updates: list[str] | None = None
        self.inside_halt = 0
        self.polls = 0
        self.first_words: dict[int, float] = {}

    # --- chats and people -------------------------------------------------------------------------------------

    def group(self, chat: int, members: list[int] | None = None, kind: str = "group", forum: bool = False) -> int:
        """A group ("group" or "supergroup") with these members; the bot is one of them."""
        with self.lock:
            self.chats[chat] = {"id": chat, "type": kind, "title": "Volunteers"} | ({"is_forum": True} if forum else {})
            for person in members or []:
                self.members[chat][person] = "member"
            return chat

    def member(self, chat: int, person: int, status: str = "member") -> None:
        """Set what a person is in a group: member, administrator, left, kicked."""
        with self.lock:
            self.members[chat][person] = status

    def block(self, person: int, blocked: bool = True) -> None:
        """The person blocks the bot, or returns."""
        with self.lock:
            (self.blocked.add if blocked else self.blocked.discard)(person)

    def migrate(self, old: int, new: int, announce: bool = True) -> None:
        """The group becomes a supergroup; with `announce` the service message arrives as an update."""
        with self.lock:
            self.migrated[old] = new
            self.chats[new] = self.chats[old] | {"id": new, "type": "supergroup"}
            self.members[new] = dict(self.members[old])
            if announce:
                self.inject({"message": self._message(old, 1, {"migrate_to_chat_id": new})})

    def topic(self, chat: int, name: str) -> int:
        """A forum topic; its id is that of its service message."""
        with self.lock:
            number = self._number(chat)
            self._keep(chat, {"message_id": number, "from": BOT, "chat": self.chats[chat], "date": int(time.time()),
                              "forum_topic_created": {"name": name, "icon_color": 0}})  # fmt: skip
            return number

    # --- what people do ---------------------------------------------------------------------------------------

    def say(self, person: int, text: str = "", chat: int | None = None, *, language: str | None = "en",
            name: str = "Ann", reply_to: int | None = None, date: int | None = None, thread: int | None = None,
            anonymous: bool = False, forwarded: bool = False, extra: dict[str, Any] | None = None) -> int:  # fmt: skip
        """A message of a person (in the private chat, or in the given group); returns the update id."""
        with self.lock:
            chat = person if chat is None else chat
            message = self._message(chat, person, extra or {}, language, name, date)
            if text:
                message["text"] = text
                if text.startswith("/"):
                    word = text.split()[0]
                    message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(word)}]
            if thread is not None:
                message |= {"message_thread_id": thread, "is_topic_message": True}
                reply_to = thread if reply_to is None else reply_to
            if reply_to is not None and reply_to in self.messages[chat]:
                quoted = dict(self.messages[chat][reply_to])
                quoted.pop("reply_to_message", None)
                message["reply_to_message"] = quoted
            if anonymous:
                message |= {"from": ANONYMOUS, "sender_chat": self.chats[chat]}
            if forwarded:
                message["forward_origin"] = {"type": "hidden_user", "sender_user_name": "X", "date": message["date"]}
            self._keep(chat, message)
            self.first_words.setdefault(chat, time.time())
            return self.inject({"message": message})

    def edit(self, person: int, message_id: int, text: str) -> int:
        """A person edits their message in the private chat."""
        with self.lock:
            message = self.messages[person][message_id]
            message |= {"text": text, "edit_date": int(time.time())}
            return self.inject({"edited_message": dict(message)})

    def press(self, person: int, chat: int, message_id: int | None, data: str, language: str | None = "en",
              name: str = "Ann") -> int:  # fmt: skip
        """A person presses a button; with message_id None the message is too old to be shown."""
        with self.lock:
            number = str(10**15 + len(self.callbacks))
            message = self.messages[chat].get(message_id or 0) or {
                "message_id": message_id or 1, "chat": self._chat(chat), "date": 0}  # fmt: skip
            query = {"id": number, "from": self._person(person, language, name), "chat_instance": "1", "data": data,
                     "message": message}  # fmt: skip
            self.callbacks[number] = {"chat": chat, "at": time.time(), "answered": 0, "text": None}
            return self.inject({"callback_query": query})

    def inject(self, update: dict[str, Any], update_id: int | None = None) -> int:
        """Put any update in the queue; returns its id."""
        with self.lock:
            if update_id is None:
                update_id = self.next_update
                self.next_update += 1
            self.updates.append({"update_id": update_id, **update})
            self.written[update_id] = time.time()
            self.wake()
            return update_id

    # --- what the bot did ---------------------------------------------------------------------------------------

    def sent(self, chat: int | None = None, method: str | None = None) -> list[dict[str, Any]]:
        """What reached people: executed sends and edits, in order."""
        with self.lock:
            return [
                call for call in self.calls
                if call["executed"] and call.get("message_id") and (chat is None or call["chat"] == chat)
                and (method is None or call["method"] == method)
            ]  # fmt: skip

    def texts(self, chat: int) -> list[str]:
        """The plain texts (or captions) that reached a chat, edits included."""
        return [call["text"] for call in self.sent(chat)]

    def last(self, chat: int) -> dict[str, Any]:
        """The last message as the chat shows it now."""
        with self.lock:
            return self.messages[chat][max(self.messages[chat])]

    def count(self) -> int:
        """How many sends and edits were executed."""
        return len(self.sent())

    def unanswered(self) -> list[str]:
        """Ids of pressed buttons that were never answered."""
        with self.lock:
            return [number for number, callback in self.callbacks.items() if not callback["answered"]]

    def refused(self, chat: int) -> int:
        """How often a message to this chat was answered with 429."""
        with self.lock:
            return sum(call["status"] == 429 and call["chat"] == chat for call in self.calls)

    def toasts(self) -> list[str]:
        """What every pressed button was answered with, in the order of the presses; empty while it is not."""
        with self.lock:
            return [callback["text"] or "" for callback in self.callbacks.values()]

    def stats(self, group: int | None = None) -> dict[str, Any]:
        """Figures of the whole run."""
        with self.lock:
            sends = [call for call in self.sent() if not call["method"].startswith("edit")]
            per_text: dict[tuple[int, str], int] = defaultdict(int)
            for call in sends:
                per_text[call["chat"], call["text"]] += 1
            order = 0
            numbers: dict[int, int] = {}
            for call in sends:
                digits = "".join(filter(str.isdecimal, call["text"]))[:12]
                if digits:
                    order += int(digits) < numbers.get(call["chat"], -1)
                    numbers[call["chat"]] = max(int(digits), numbers.get(call["chat"], -1))
            moments = [call["at"] for call in self.calls if call["executed"] and call.get("message_id")]
            grouped = [call["at"] for call in sends if call["chat"] < 0]
            return {
                "sends": len(sends), "chats": len({call["chat"] for call in sends}),
                "duplicates": sum(count - 1 for count in per_text.values()), "out_of_order": order,
                "inside_halt": self.inside_halt, "injected": dict(self.faults.injected),
                "refused": sum(call["status"] == 429 for call in self.calls),
                "peak_second": _peak(moments, 1.0), "peak_group_minute": _peak(grouped, 60.0),
                "unanswered_callbacks": len(self.unanswered()), "calls": len(self.calls), "polls": self.polls,
                "waiting_updates": len(self.updates),
            }  # fmt: skip

    def distinct_texts(self) -> int:
        """How many different texts were sent."""
        return len({call["text"] for call in self.sent()})

    def reached(self, first: int = 0) -> int:
        """How many people from this id on got at least one message."""
        return len({call["chat"] for call in self.sent() if call["chat"] >= first})

    def waits(self) -> list[float | None]:
        """Seconds from each person's first message to the first answer, in the order they wrote; None: no answer."""
        with self.lock:
            answers: dict[int, float] = {}
            for call in self.sent():
                answers.setdefault(call["chat"], call["at"])
            return [answers[chat] - at if chat in answers else None for chat, at in self.first_words.items()]

    def know(self, first: int, count: int) -> None:
        """These people have started the bot, so that it may write to them."""
        with self.lock:
            for person in range(first, first + count):
                self._message(person, person, {})

    def wait(self, condition: Callable[[World], Any], seconds: float = 20.0) -> Any:
        """Until the condition holds (checked after every call of the bot); its value, or AssertionError."""
        end = time.monotonic() + seconds
        with self.changed:
            while True:
                value = condition(self)
                if value:
                    return value
                left = end - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"not within {seconds} s; last calls: {self.calls[-5:]}")
                self.changed.wait(min(left, 0.5))

    def fault(self, **rule: Any) -> None:
        """Put a fault in force (see faults.Fault)."""
        with self.lock:
            self.faults.add(**rule)

    def calm(self) -> None:
        """No fault any more; a halt that was announced lasts on."""
        with self.lock:
            self.faults.rules.clear()

    def limit(self, on: bool = True) -> None:
        """Answer 429 above 30 messages a second, and above 20 a minute in a group."""
        self.pace = Pace() if on else None

    def delay(self, seconds: float) -> None:
        """How long each call of the bot takes."""
        self.latency = seconds

    def set_webhook(self, url: str) -> None:
        """Deliver to another address from now on, as a load balancer would."""
        self.webhook["url"] = url

    def repeat(self, update: dict[str, Any]) -> None:
        """Deliver an update once more, as Telegram may."""
        with self.lock:
            self.updates.append(update)
            self.wake()

    # --- inside -----------------------------------------------------------------------------------------------

    def _number(self, chat: int) -> int:
        # Private chats and basic groups share one counter; each supergroup counts for itself.
        key = chat if chat <= -(10**12) else 0
        self.counters[key] += 1
        return self.counters[key]

    def _keep(self, chat: int, message: dict[str, Any]) -> None:
        self.messages[chat][message["message_id"]] = message

    def _chat(self, chat: int) -> dict[str, Any]:
        return self.chats.get(chat) or {"id": chat, "type": "private", "first_name": "Ann"}

    def _person(self, person: int, language: str | None, name: str) -> dict[str, Any]:
        found: dict[str, Any] = {"id": person, "is_bot": False, "first_name": name}
        return found | ({"language_code": language} if language else {})

    def _message(self, chat: int, person: int, extra: dict[str, Any], language: str | None = "en",
                 name: str = "Ann", date: int | None = None) -> dict[str, Any]:  # fmt: skip
        if chat > 0:
            self.chats.setdefault(chat, {"id": chat, "type": "private", "first_name": name})
        return {"message_id": self._number(chat), "from": self._person(person, language, name),
                "chat": self._chat(chat), "date": int(time.time()) if date is None else date, **extra}  # fmt: skip


def _peak(moments: list[float], window: float) -> int:
    best = start = 0
    moments = sorted(moments)
    for end, moment in enumerate(moments):
        while moments[start] <= moment - window:
            start += 1
        best = max(best, end - start + 1)
    return best
