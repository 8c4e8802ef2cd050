"""Small talk: greetings, thanks, "are you a bot"; and wishes put to the assistant itself. Only when nothing else is said."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from bot.domain.language import fold
from bot.domain.question import CourtesyKind
from bot.encoder import analysis

FILE = Path(analysis.__file__).parent / "courtesies.tsv"
"""Forms by kind and language, `|` between them; a form after `=` counts only as the whole message, otherwise as a filler.

Besides the kinds there are `person` (a person is wanted, as by the button), `filler` (carries no question of its own),
`address` (the assistant, otherwise a filler), `praise` and `blame` (thanks and a complaint only together with an address:
"you are slow", but not "it is slow"). What may answer a volunteer's question ("yes", "no", "I am here") or ask for help is no form at all: it has
to reach people.
"""

_PIECE = re.compile(r"[㐀-鿿]|[^\s㐀-鿿]+")
"""A Chinese sign, or a word as far as no Chinese sign stands in it."""
_ADDRESS, _PRAISE, _BLAME, _PERSON = "address", "praise", "blame", "person"

# "Hello, who are you?" is answered as a question about the assistant; a bare greeting as a greeting.
_WEIGHT = (
    CourtesyKind.IDENTITY,
    CourtesyKind.COMPLAINT,
    CourtesyKind.WELLBEING,
    CourtesyKind.FAREWELL,
    CourtesyKind.THANKS,
    CourtesyKind.GREETING,
    CourtesyKind.ACKNOWLEDGEMENT,
)


def wants_a_person(text: str) -> bool:
    """Whether a message only says that a person should take over."""
    return _forms().whole.get(_plain(text)) == _PERSON


def courtesy_of(text: str) -> CourtesyKind | None:
    """Which courtesy a message is, or None when it says or asks anything besides."""
    forms = _forms()
    plain = forms.settled(_plain(text))
    if (kind := forms.whole.get(plain)) and kind != _PERSON:
        return CourtesyKind(kind)
    found: set[str] = set()

    def take(match: re.Match[str]) -> str:
        found.add(forms.kinds[match.group()])
        return " "

    if not forms.may_consist_of(plain) or forms.pattern.sub(take, plain).strip():
        return None
    if _BLAME in found:
        return CourtesyKind.COMPLAINT if _ADDRESS in found else None
    if {_PRAISE, _ADDRESS} <= found:
        found.add(CourtesyKind.THANKS)
    return next((kind for kind in _WEIGHT if kind in found), None)


# What people put before and after a question out of politeness, and how they ask to be told; said alone or in the middle
# it may mean something.
_BEFORE = re.compile(
    r"""^\W*(?:(?:hello|hi|hey|good\ (?:morning|afternoon|evening|day)|dear\ (?:all|sir|madam|team|colleagues|organi[sz]ers)
    |(?:i'?m\ )?(?:so\ |very\ )?sorry(?:\ (?:to\ (?:bother|disturb|trouble)\ you|for\ (?:the\ )?(?:bother|trouble)))?|excuse\ me|pardon(?:\ me)?
    |thanks?(?:\ you)?\ in\ advance
    |(?:(?:please|kindly|can\ you|could\ you|would\ you|will\ you)\ )+(?:(?:please|kindly)\ )?(?:tell\ (?:me|us)|list|name|explain|describe|remind\ (?:me|us)\ (?:of\ )?|let\ me\ know|give\ me)(?:\ (?:about|please|again))*
    |(?:(?:list|name)(?!\ of\b)|explain|describe|tell\ (?:me|us))(?:\ (?:please|about))*
    |(?:i|we)(?:\ would|'d)\ (?:just\ )?(?:like|love)\ to\ (?:know|ask|hear|find\ out)(?:\ about)?|i\ (?:just\ )?(?:want|wanted|need)\ to\ (?:know|ask|find\ out)(?:\ about)?
    |do\ you\ (?:happen\ to\ )?know|(?:a\ )?(?:quick|small|short|silly|stupid)\ question|(?:i\ have\ )?(?:a|one)\ (?:quick\ )?question|i'?m\ (?:just\ )?wondering|i\ (?:was\ )?wonder(?:ing|ed)?
    |здравствуйте|привет(?:ствую)?|добрый\ (?:день|вечер)|доброе\ утро|доброго\ (?:дня|времени\ суток)|день\ добрый|уважаемые\ (?:организаторы|коллеги)
    |извините(?:,?\ пожалуйста)?(?:,?\ за\ беспокойство)?|простите(?:,?\ пожалуйста)?(?:,?\ за\ беспокойство)?|прошу\ прощения|заранее\ (?:спасибо|благодар\w+)
    |(?:не\ могли\ бы\ вы\ |можете\ |не\ можете\ |вы\ не\ )?(?:мне\ |нам\ )?(?:подска(?:жите|зать|жете)|ска(?:жите|зать|жете)|расскажите|рассказать|перечислите|перечислить|назовите|назвать|объясните|объяснить|поясните|пояснить|напомните|напомнить)(?:\ (?:мне|нам|ещё\ раз|еще\ раз|про|о|об))*(?:,?\ пожалуйста)?
    |(?:хочу|хотел[аи]?\ бы|хотелось\ бы|нужно|надо)\ (?:узнать|спросить|уточнить|понять)(?:\ (?:про|о|об))?|интересует|меня\ интересует|вы\ не\ знаете|не\ знаете\ ли|(?:такой\ )?вопрос|будьте\ добры|коллеги
    |您好|你好|大家好|早上好|上午好|中午好|下午好|晚上好|不好意思|打扰(?:一下|了)?|抱歉|劳驾|麻烦(?:问一下|您|你)?|请问(?:一下)?|想问(?:一下)?|谢谢
    |(?:(?:请|能|能否|可以|可否|能不能|麻烦)?(?:帮我|帮忙|给我|跟我)?(?:告诉我|列一下|列出|列举(?:一下)?|介绍一下|介绍下|介绍|说说|说一下|讲讲|讲一下|讲解一下|解释一下|查一下))|(?:我)?(?:就)?想(?:要)?(?:知道|了解(?:一下)?|请教(?:一下)?|打听(?:一下)?|咨询(?:一下)?)|请教(?:一下)?|咨询(?:一下)?|打听(?:一下|下)?)
    (?![a-zа-яё'])\W*)+""",
    re.IGNORECASE | re.VERBOSE,
)
_AFTER = re.compile(
    r"""[\s,.!?，。！？—–-]+(?:(?:many\ |big\ )?thanks?(?:\ (?:you|a\ lot|in\ advance|so\ much|very\ much))*|cheers|please|sorry
    |(?:заранее\ )?(?:большое\ )?спасибо(?:\ (?:большое|заранее))?|(?:заранее\ )?благодарю|пожалуйста|спс
    |谢谢(?:您|你|啦|了)?|多谢|麻烦(?:您|你)?了|感谢)\W*$""",
    re.IGNORECASE | re.VERBOSE,
)


# How people swear when they are in a hurry: it is no reason to leave their question unanswered.
_CURSES = re.compile(
    r"""\b(?:the\ (?:hell|heck|fuck|devil)|(?:god)?damn(?:ed)?|fucking|freaking|bloody(?!\ nose)|stupid|idiotic|crappy|lousy
    |какого\ (?:ч[её]рта|хрена|фига)|ч[её]рт\ (?:возьми|побери)|на\ ?фиг|блин
    |(?:ч[её]ртов|дурацк|идиотск|проклят|гр[её]бан|долбан)(?:[аеиоуыюя]\w{0,3})?)\b
    |他妈的?|妈的|该死的?|见鬼|死(?=哪)|破(?=wifi|网|车|班车|软件|机器)""",
    re.IGNORECASE | re.VERBOSE,
)


def without_courtesy(text: str) -> str:
    """A question without greetings, apologies, thanks and curses: they say nothing of the subject and unsettle the search."""
    rest = _AFTER.sub("", _BEFORE.sub("", _CURSES.sub(" ", text)))
    return " ".join(rest.split()).strip(" ,，") or text


def _plain(text: str) -> str:
    """Words only: no signs and faces, a laugh and a row of equal letters or digits not longer than it need be."""
    text = analysis.simplified(fold(re.sub(r"[:;=][-']?[dpoDPO]+\b", " ", text))).replace("’", "'")
    text = re.sub(r"[^\w'\s]|_", " ", text)
    text = re.sub(r"([a-zа-я]{2})\1{2,}", r"\1\1", text)
    text = re.sub(r"([㐀-鿿])\1{2,}", r"\1\1", text)
    text = re.sub(r"(\d)\1{3,}", r"\1\1\1", text)
    return " ".join(word.strip("'") for word in text.split())


class _Forms:
    """All forms: the kind of each, the kinds of whole messages, one pattern (longest first), and words as mistyped."""

    def __init__(self) -> None:
        self.kinds: dict[str, str] = {}
        self.whole: dict[str, str] = {}
        for line in FILE.read_text("utf-8").splitlines()[1:]:
            kind, *cells = line.split("\t")
            for form in "|".join(cells).split("|"):
                known = self.whole if form.strip().startswith("=") else self.kinds
                if plain := _plain(form.replace("=", " ")):
                    known.setdefault(plain, kind)
        for form in self.whole:
            self.kinds.setdefault(form, "filler")
        ordered = sorted(self.kinds, key=lambda form: (-len(form), form))
        spaced = "|".join(re.escape(form) for form in ordered if not analysis.has_han(form))
        unspaced = "|".join(re.escape(form) for form in ordered if analysis.has_han(form))
        # A word may stand right beside Chinese ("ok的").
        self.pattern = re.compile(rf"{unspaced}|(?<![^\W㐀-鿿])(?:{spaced})(?![^\W㐀-鿿])")
        self._words = {word for form in (*self.kinds, *self.whole) for word in form.split()}
        self._pieces = {piece for form in self.kinds for piece in _PIECE.findall(form)}
        self._mistyped: dict[str, str] = {}
        for word in sorted(self._words):
            if word.isalpha() and not analysis.has_han(word):
                self._mistyped.update((slip, word) for slip in _slips(word))

    def may_consist_of(self, text: str) -> bool:
        """Whether every word and sign of a plain text stands in some form: soon told, and false for most questions."""
        return all(piece in self._pieces for piece in _PIECE.findall(text))

    def settled(self, text: str) -> str:
        """The text with drawn-out and mistyped words as they are meant ("heyyy", "thnak")."""
        return " ".join(self._settle(word) for word in text.split())

    def _settle(self, word: str) -> str:
        for shortened in (word, re.sub(r"(\w)\1{2,}", r"\1\1", word), re.sub(r"(\w)\1+", r"\1", word)):
            if shortened in self._words and (shortened == word or re.search(r"(\w)\1\1", word)):
                return shortened
        return self._mistyped.get(word, word)


def _slips(word: str) -> set[str]:
    """A word with two neighbouring letters exchanged, and a long one with a letter left out."""
    places = range(1, len(word) - 1)
    swapped = {word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in places} if len(word) >= 5 else set()
    return swapped | ({word[:at] + word[at + 1 :] for at in places} if len(word) >= 7 else set())


_forms = cache(_Forms)
