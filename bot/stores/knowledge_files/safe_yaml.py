"""YAML as organizers need it: texts, lists and mappings with line numbers, and none of its traps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import yaml

DEEPEST = 10
MOST_NODES = 50_000
"""About five seconds of the pure-Python scanner; the shipped glossary has some 6,000."""

Complain = Callable[[int, str], None]


@dataclass(slots=True)
class Node:
    """A piece of a file: a text, a list or a mapping, and where it stands."""

    value: str | list[Node] | dict[str, Node]
    line: int
    cell: str = ""
    """The cell of a spreadsheet, such as C7; empty for YAML."""

    @property
    def text(self) -> str | None:
        """The stripped text, or None when this is a list or a mapping."""
        return self.value.strip() if isinstance(self.value, str) else None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it."""
        return not (self.text if isinstance(self.value, str) else self.value)


class _Refused(Exception):
    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


# What the scanner says, and what an organizer can do about it.
_PLAIN_WORDS = {
    "mapping values are not allowed here": "a colon inside a text, or a wrong indentation; put the text in quotes",
    "could not find expected ':'": "a line without a colon where `key: value` is expected",
    "found character '\\t' that cannot start any token": "a tab; indent with spaces",
    "expected ',' or ']', but got '?'": "a text with ? inside [ ]; put it in quotes",
    "expected ',' or '}', but got '?'": "a text with ? inside { }; put it in quotes",
    "found unexpected end of stream": "a quotation mark that is never closed",
    "found character '@' that cannot start any token": "a text that begins with @; put it in quotes",
    "found character '`' that cannot start any token": "a text that begins with `; put it in quotes",
    "found character '%' that cannot start any token": "a text that begins with %; put it in quotes",
}


def parse(text: str, complain: Complain, first_line: int = 1) -> Node | None:
    """The tree of one YAML document, None when it cannot be read; every scalar stays the text that was written.

    Only the event stream of the parser is used, so nothing is ever constructed; `complain`
    is told of anchors, aliases, tags, merge keys and duplicate keys, and of what stops the reading.
    """
    told: list[tuple[int, str]] = []
    if hasattr(yaml, "CSafeLoader"):
        # Ten times as fast; what it cannot read is read again by the other one, whose messages are known.
        try:
            tree = _tree(yaml.CSafeLoader, text, lambda line, message: told.append((line, message)), first_line - 1)
        except (_Refused, yaml.YAMLError, RecursionError, ValueError):
            pass
        else:
            for line, message in told:
                complain(line, message)
            return tree
    return _parse_in_python(text, complain, first_line - 1)


def _tree(loader_class: Any, text: str, complain: Complain, shift: int) -> Node | None:
    loader = loader_class(text)
    try:
        return _Tree(loader, complain, shift).document()
    finally:
        loader.dispose()


def _parse_in_python(text: str, complain: Complain, shift: int) -> Node | None:
    try:
        return _tree(yaml.SafeLoader, text, complain, shift)
    except _Refused as refusal:
        complain(refusal.line, str(refusal))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = error.problem or "unreadable"
        complain((mark.line + 1 if mark else 1) + shift, f"not valid YAML: {_PLAIN_WORDS.get(problem, problem)}")
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position if isinstance(error.position, int) else 0) + 1
        complain(line + shift, "not valid YAML: a character that is not allowed")
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        complain(1 + shift, f"not valid YAML: {str(error).splitlines()[0] if str(error) else 'unreadable'}")
    return None


class _Tree:
    """Builds nodes from parser events and refuses on the way."""

    def __init__(self, loader: yaml.SafeLoader, complain: Complain, shift: int) -> None:
        self._loader = loader
        self._complain = complain
        self._shift = shift
        self._nodes = 0

    def document(self) -> Node | None:
        next_event = self._loader.get_event
        next_event()  # the start of the stream
        event = next_event()
        if isinstance(event, yaml.StreamEndEvent):
            return Node("", 1 + self._shift)
        if event.version or event.tags:
            self._complain(self._line(event), "YAML directives (%) are not allowed")
        root = self._node(next_event(), 1)
        next_event()  # the end of the document
        event = next_event()
        if not isinstance(event, yaml.StreamEndEvent):
            raise _Refused(self._line(event), "a second YAML document (---) is not allowed")
        return root

    def _line(self, event: yaml.Event) -> int:
        return event.start_mark.line + 1 + self._shift

    def _node(self, event: yaml.Event, depth: int) -> Node:
        line = self._line(event)
        self._nodes += 1
        if self._nodes > MOST_NODES:
            raise _Refused(line, f"more than {MOST_NODES} values in one file; split it")
        if isinstance(event, yaml.AliasEvent):
            self._complain(line, f"YAML aliases (*{event.anchor}) are not allowed; write the text out")
            return Node("", line)
        if event.anchor is not None:
            self._complain(line, f"YAML anchors (&{event.anchor}) are not allowed; remove it")
        if event.tag is not None:
            self._complain(line, f"YAML tags ({event.tag}) are not allowed; remove it")
        if isinstance(event, yaml.ScalarEvent):
            empty = not event.style and event.value in {"~", "null", "Null", "NULL"}
            return Node("" if empty else event.value, line)
        if depth > DEEPEST:
            raise _Refused(line, f"nested deeper than {DEEPEST} levels")
        if isinstance(event, yaml.SequenceStartEvent):
            items = []
            while not isinstance(following := self._loader.get_event(), yaml.SequenceEndEvent):
                items.append(self._node(following, depth + 1))
            return Node(items, line)
        return Node(self._fields(depth), line)

    def _fields(self, depth: int) -> dict[str, Node]:
        fields: dict[str, Node] = {}
        while not isinstance(event := self._loader.get_event(), yaml.MappingEndEvent):
            line = self._line(event)
            key = self._node(event, depth + 1)
            value = self._node(self._loader.get_event(), depth + 1)
            value.line = line  # a person looks for the key
            if not isinstance(key.value, str):
                self._complain(line, "a list or a mapping cannot be a key")
            elif key.value == "<<":
                self._complain(line, "YAML merge keys (<<) are not allowed; write the values out")
            elif key.value in fields:
                self._complain(line, f"{key.value} is given twice (first in line {fields[key.value].line})")
            else:
                fields[key.value] = value
        return fields
