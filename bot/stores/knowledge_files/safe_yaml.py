"""YAML as organizers need it: texts, lists and mappings with line numbers, and none of its traps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import yaml

from bot.domain.sentence import Sentence

DEEPEST = 10
MOST_NODES = 50_000
"""About five seconds of the pure-Python scanner; the shipped glossary has some 6,000."""

Complain = Callable[[int, Sentence], None]


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
    def __init__(self, line: int, problem: Sentence) -> None:
        super().__init__(problem)
        self.line = line
        self.problem = problem


def _begins_with(*signs: str) -> Sentence:
    return Sentence("a text that begins with {sign}; put it in quotes", sign=signs)


# Parts of what the scanner says, the first that fits, and what an organizer can do about it.
_PLAIN_WORDS = {
    "mapping values are not allowed here": Sentence(
        "a colon inside a text, or a wrong indentation; put the text in quotes"
    ),
    "could not find expected ':'": Sentence("a line without a colon where `key: value` is expected"),
    "found character '\\t'": Sentence("a tab; indent with spaces"),
    "expected ',' or ']', but got '?'": Sentence("a text with ? inside {brackets}; put it in quotes", brackets="[ ]"),
    "expected ',' or '}', but got '?'": Sentence("a text with ? inside {brackets}; put it in quotes", brackets="{ }"),
    "expected ',' or ']'": Sentence("{bracket} is never closed, or a comma is missing after a text", bracket="["),
    "expected ',' or '}'": Sentence("{bracket} is never closed, or a comma is missing after a text", bracket="{"),
    "found unexpected end of stream": Sentence("a quotation mark that is never closed"),
    "found unexpected document separator": Sentence("a quotation mark that is never closed"),
    "escape": Sentence("a backslash inside double quotation marks; use single ones"),
    "found character '@'": _begins_with("@"),
    "found character '`'": _begins_with("`"),
    "found character '%'": _begins_with("%"),
    "directive": _begins_with("%"),
    "mapping keys are not allowed here": _begins_with("?"),
    "anchor": _begins_with("&"),
    "alias": _begins_with("*"),
    " tag": _begins_with("!"),
    "block scalar": _begins_with("|", ">"),
    "sequence entries are not allowed here": Sentence("a - where no list item can stand; check the indentation"),
    "expected <block end>": Sentence("a wrong indentation, or a text after its closing quotation mark"),
    "expected the node content": Sentence("a comma or a bracket where a value must stand; put a text in quotes"),
}


def _in_plain_words(error: yaml.MarkedYAMLError) -> Sentence:
    said = f"{error.context}: {error.problem}"
    unknown = Sentence("something that cannot stand here; check the indentation and the quotation marks")
    return next((words for part, words in _PLAIN_WORDS.items() if part in said), unknown)


def parse(text: str, complain: Complain, first_line: int = 1) -> Node | None:
    """The tree of one YAML document, None when it cannot be read; every scalar stays the text that was written.

    Only the event stream of the parser is used, so nothing is ever constructed; `complain`
    is told of anchors, aliases, tags, merge keys and duplicate keys, and of what stops the reading.
    """
    told: list[tuple[int, Sentence]] = []
    if hasattr(yaml, "CSafeLoader"):
        # Ten times as fast; what it cannot read is read again by the other one, whose messages are known.
        try:
            tree = _tree(yaml.CSafeLoader, text, lambda line, problem: told.append((line, problem)), first_line - 1)
        except (_Refused, yaml.YAMLError, RecursionError, ValueError):
            pass
        else:
            for line, problem in told:
                complain(line, problem)
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
        complain(refusal.line, refusal.problem)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = (mark.line + 1 if mark else 1) + shift
        complain(line, Sentence("not valid YAML: {reason}", reason=_in_plain_words(error)))
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position if isinstance(error.position, int) else 0) + 1
        complain(line + shift, Sentence("not valid YAML: a character that is not allowed"))
    except (yaml.YAMLError, RecursionError, ValueError):
        complain(1 + shift, Sentence("not valid YAML: the file cannot be read"))
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
            self._complain(self._line(event), Sentence("YAML directives ({sign}) are not allowed", sign="%"))
        root = self._node(next_event(), 1)
        next_event()  # the end of the document
        event = next_event()
        if not isinstance(event, yaml.StreamEndEvent):
            raise _Refused(self._line(event), Sentence("a second YAML document (---) is not allowed"))
        return root

    def _line(self, event: yaml.Event) -> int:
        return event.start_mark.line + 1 + self._shift

    def _node(self, event: yaml.Event, depth: int) -> Node:
        line = self._line(event)
        self._nodes += 1
        if self._nodes > MOST_NODES:
            raise _Refused(line, Sentence("more than {most} values in one file; split it", most=MOST_NODES))
        if isinstance(event, yaml.AliasEvent):
            problem = Sentence("YAML aliases ({alias}) are not allowed; write the text out", alias=f"*{event.anchor}")
            self._complain(line, problem)
            return Node("", line)
        if event.anchor is not None:
            problem = Sentence("YAML anchors ({anchor}) are not allowed; remove it", anchor=f"&{event.anchor}")
            self._complain(line, problem)
        if event.tag is not None:
            self._complain(line, Sentence("YAML tags ({tag}) are not allowed; remove it", tag=event.tag))
        if isinstance(event, yaml.ScalarEvent):
            empty = not event.style and event.value in {"~", "null", "Null", "NULL"}
            return Node("" if empty else event.value, line)
        if depth > DEEPEST:
            raise _Refused(line, Sentence("nested deeper than {most} levels", most=DEEPEST))
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
                self._complain(line, Sentence("a list or a mapping cannot be a key"))
            elif key.value == "<<":
                self._complain(line, Sentence("YAML merge keys (<<) are not allowed; write the values out"))
            elif key.value in fields:
                first = fields[key.value].line
                self._complain(line, Sentence("{key} is given twice (first in line {line})", key=key.value, line=first))
            else:
                fields[key.value] = value
        return fields
