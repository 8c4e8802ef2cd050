"""A reader of calendar files of its own, after RFC 5545 alone: it shares nothing with the library that writes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone


@dataclass
class Component:
    name: str
    values: dict[str, list[tuple[dict[str, str], str]]] = field(default_factory=dict)
    parts: list[Component] = field(default_factory=list)

    def one(self, name: str) -> str:
        (only,) = self.values[name]
        return only[1]

    def text(self, name: str) -> str:
        return unescape(self.one(name))


def read(content: bytes) -> Component:
    """The VCALENDAR in the file; an AssertionError for whatever the standard forbids."""
    assert content.endswith(b"\r\n")
    raw = content.split(b"\r\n")[:-1]
    for line in raw:
        assert b"\n" not in line
        assert len(line) <= 75, line
    # Folded lines may break inside a character: they are joined as bytes.
    lines: list[bytes] = []
    for line in raw:
        if line[:1] in (b" ", b"\t"):
            lines[-1] += line[1:]
        else:
            lines.append(line)
    root = Component("")
    stack = [root]
    for line in lines:
        name, parameters, value = split(line.decode())
        if name == "BEGIN":
            stack.append(Component(value))
            stack[-2].parts.append(stack[-1])
        elif name == "END":
            assert stack.pop().name == value
        else:
            stack[-1].values.setdefault(name, []).append((parameters, value))
    assert stack == [root]
    (calendar,) = root.parts
    assert calendar.name == "VCALENDAR"
    assert calendar.one("VERSION") == "2.0"
    assert calendar.one("PRODID")
    return calendar


def split(line: str) -> tuple[str, dict[str, str], str]:
    quoted = False
    for place, character in enumerate(line):
        if character == '"':
            quoted = not quoted
        elif character == ":" and not quoted:
            head, value = line[:place], line[place + 1 :]
            name, *parameters = head.split(";")
            return name.upper(), dict(parameter.split("=", 1) for parameter in parameters), value
    raise AssertionError(f"no colon in {line!r}")


def unescape(text: str) -> str:
    out, place = [], 0
    while place < len(text):
        if text[place] == "\\":
            place += 1
            out.append("\n" if text[place] in "nN" else text[place])
        else:
            assert text[place] not in ",;", f"{text!r} is not escaped"
            out.append(text[place])
        place += 1
    return "".join(out)


def events(calendar: Component) -> list[Component]:
    found = [part for part in calendar.parts if part.name == "VEVENT"]
    for event in found:
        assert event.one("UID")
        assert event.one("DTSTAMP").endswith("Z")
    return found


def moment(calendar: Component, event: Component, name: str) -> datetime:
    """A local time by the zone that the file itself defines."""
    ((parameters, value),) = event.values[name]
    (zone,) = [part for part in calendar.parts if part.name == "VTIMEZONE" and part.one("TZID") == parameters["TZID"]]
    (standard,) = zone.parts
    assert standard.name == "STANDARD"
    offset = standard.one("TZOFFSETTO")
    sign = -1 if offset[0] == "-" else 1
    length = timedelta(hours=int(offset[1:3]), minutes=int(offset[3:5])) * sign
    return datetime.strptime(value, "%Y%m%dT%H%M%S").replace(tzinfo=timezone(length))
