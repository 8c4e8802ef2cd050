"""A sentence for people, made where nobody knows who will read it: English with named places, and their values."""

from __future__ import annotations

from collections.abc import Callable, Iterable


class Sentence:
    """What there is to say; the terminal prints it in English, a Translator tells it in the reader's language.

    A value may be a sentence or a word of the catalogs itself, or a tuple of values; any other stays as it is written.
    Two sentences are the same when they read the same.
    """

    def __init__(self, template: str, /, **values: object) -> None:
        """The template is a literal, so that `python -m bot phrases` finds it for the catalogs."""
        self.template = template
        self.values = values

    def told(self, phrase: Callable[[str], str], listed: Callable[[Iterable[str]], str]) -> str:
        """In one line: `phrase` turns a template into another language, `listed` makes one text of several."""

        def shown(value: object) -> str:
            if isinstance(value, Sentence):
                return value.told(phrase, listed)
            if isinstance(value, tuple):
                return listed(shown(one) for one in value)
            return _in_one_line(str(value))

        return phrase(self.template).format_map({name: shown(value) for name, value in self.values.items()})

    def __str__(self) -> str:
        return self.told(str, ", ".join)

    def __repr__(self) -> str:
        return f"Sentence({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sentence) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))

    def __lt__(self, other: Sentence) -> bool:
        return str(self) < str(other)


def _in_one_line(text: str) -> str:
    """What people wrote into a file, with line breaks as spaces and invisible characters shown by their codes."""
    return "".join(
        character if character.isprintable() else " " if character.isspace() else ascii(character)[1:-1]
        for character in text
    )
