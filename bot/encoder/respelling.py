"""English that was written down by ear («вер из зе шаттл бас», "wot iz ze hotlain namber"), read back as English."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache

from bot.domain.language import Language, fold
from bot.encoder import analysis, lexicon

# Little words, as they are heard. Those in the first group are no Russian words: one of them tells.
_TELLING = """the зе зэ дзе|where уэр уер вэр веа вэа уэа|what уот уотс|when уэн уен вэн|how хау|who ху|which вич уич
can кэн кен|is изз|of оф|does даз дуз|need нид|please плиз|has хэз хаз|have хэв хав|much мач|many мени мэни|and энд
there зер зэр|this зис зыс|that зэт|with уиз|at эт|you ю|get гет|give гив|was воз уоз|will уилл вилл|would вуд|for фор
from фром зром"""
_OTHER = """is из ис|what вот вотс|where вер|when вен|i ай|a э а|to ту|do ду|in ин|on он|are ар|my май|we ви уи|me ми
it ит|by бай|with виз вис|why вай уай|or ор|if иф|for фо|an эн|not нот|as эз|time тайм|now нау|about эбаут
after афтер|way вэй|take тейк"""

_SPOKEN = [
    (re.compile(pattern), replacement)
    for pattern, replacement in [
        (r"[ts]ion|cian", "Sn"), (r"ture", "Cer"), (r"(?:ou|au)gh", "o"), (r"eigh", "ei"), (r"igh", "ai"),
        (r"^kn", "n"), (r"^wr", "r"), (r"wh", "v"), (r"ph", "f"), (r"tch|ch", "C"), (r"sh", "S"), (r"th", "z"),
        (r"ck", "k"), (r"qu", "kv"), (r"x", "ks"), (r"dge|g(?=[eiy])|j", "J"), (r"c(?=[eiy])", "s"), (r"c", "k"),
        (r"w(?=[aeiou])", "v"), (r"a([^aeiou])e(?=s?$)", r"ei\1"), (r"i([^aeiou])e(?=s?$)", r"ai\1"),
        (r"o([^aeiou])e(?=s?$)", r"ou\1"), (r"u([^aeiou])e(?=s?$)", r"iu\1"), (r"e(?=s?$)", ""), (r"^y", "i"),
        (r"y", "i"), (r"ee|ea|ie", "i"), (r"oo", "u"), (r"ow|ou", "au"), (r"ai|ay", "ei"), (r"aw|au", "o"),
        (r"gh", ""), (r"([^aeiou])\1", r"\1"),
    ]
]  # fmt: skip
_HEARD = [
    (re.compile(pattern), replacement)
    for pattern, replacement in [
        (r"дж|ж", "J"), (r"тч|ч", "C"), (r"[шщ]", "S"), (r"у(?=[эеиоа])", "v"), (r"ц", "ts"), (r"ю", "iu"),
        (r"я", "ia"), (r"[ьъ]", ""), (r"([^аеиоуэы])\1", r"\1"),
    ]
]  # fmt: skip
_LETTERS = str.maketrans("абвгдезийклмнопрстуфхыэ", "abvgdeziiklmnoprstufhie")
_VOWELS = frozenset("aeiou")
_LATIN = """what wot|is iz|the ze za|where ware wer|when wen|which wich|does duz|how haow|much mutch|please pleez pliz
has haz|time taim|was woz|who hoo|there zere|they zey"""
_LETTER_NAMES = re.compile(r"\bэс[ -]?си[ -]?оу\b|\bs[ -]si[ -]ou\b")
FARTHEST, SURE = 0.34, 0.15
"""The distance, by the length of the longer word, up to which a word was meant; and where no little word tells."""


def respelled(text: str) -> str:
    """The text in English letters when it is English by ear, in Russian letters or in Latin ones; else unchanged."""
    folded = _LETTER_NAMES.sub("sco", fold(text))
    words = re.findall(r"[а-я]+", folded)
    if words and _is_english(words):
        return re.sub(r"[а-я]+", lambda match: _meant(match.group()), folded)
    latin = re.findall(r"[a-z]+", folded)
    if not words and sum(word in _little(_LATIN) for word in latin) > 1:
        return re.sub(r"[a-z]+", lambda match: _meant_in_latin(match.group()), folded)
    return text


def _is_english(words: list[str]) -> bool:
    little = _little(_TELLING) | _little(_OTHER)
    long = [word for word in words if word not in little]
    if any(word in _little(_TELLING) for word in words):
        # «Хау ду ю ду» among Russian words is a quotation.
        return sum(len(word) > 3 and analysis.is_russian(word) for word in long) * 3 <= len(words)
    return len(long) > 1 and all(
        not analysis.is_russian(word) and _nearest(_heard(word))[0] <= SURE for word in long
    )


@cache
def _little(table: str) -> dict[str, str]:
    rows = [row.split() for row in re.split(r"[|\n]", table)]
    return {heard: meant for meant, *forms in rows for heard in forms}


@cache
def _meant(word: str) -> str:
    if little := (_little(_TELLING) | _little(_OTHER)).get(word):
        return little
    if word in _russian_forms():
        return word
    distance, meant = _nearest(_heard(word))
    return meant if distance <= FARTHEST else word


@cache
def _meant_in_latin(word: str) -> str:
    if little := _little(_LATIN).get(word):
        return little
    spoken = _spoken(word)
    if any(word == known for known, _ in _by_bones().get(_bones(spoken), ())):
        return word
    distance, meant = _nearest(spoken)
    return meant if distance <= FARTHEST else word


def _nearest(key: str) -> tuple[float, str]:
    """The English word that sounds most like it, with the distance by the length of the longer one."""
    bones = _bones(key)
    near = {one for form in {bones, *_shortened(bones)} for one in _by_bones().get(form, ())}
    scored = [(_distance(key, spoken) / max(len(key), len(spoken)), len(one), one) for one, spoken in near]
    distance, _, word = min(scored, default=(1.0, 0, ""))
    return distance, word


def _heard(word: str) -> str:
    for pattern, replacement in _HEARD:
        word = pattern.sub(replacement, word)
    return word.translate(_LETTERS)


def _spoken(word: str) -> str:
    for pattern, replacement in _SPOKEN:
        word = pattern.sub(replacement, word)
    return word


def _bones(key: str) -> str:
    """The consonants, those that ears confuse taken together; r may be silent."""
    return "".join(letter for letter in key.replace("z", "s").replace("J", "g") if letter not in _VOWELS | {"r"})


def _shortened(bones: str) -> set[str]:
    return {bones[:at] + bones[at + 1 :] for at in range(len(bones))} if len(bones) > 2 else set()


@cache
def _russian_forms() -> frozenset[str]:
    return frozenset(fold(form) for concept in lexicon.concepts() for form in concept.forms[Language.RU])


@cache
def _by_bones() -> dict[str, set[tuple[str, str]]]:
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    forms = [form for concept in lexicon.concepts() for form in concept.forms[Language.EN]]
    for word in {word for form in forms for word in re.findall(r"[a-z]{2,}", fold(form))}:
        spoken = _spoken(word)
        bones = _bones(spoken)
        for form in {bones, *_shortened(bones)}:
            found[form].add((word, spoken))
    return found


def _distance(one: str, other: str) -> float:
    """Levenshtein's, in which vowels, a silent r and z for s cost less."""
    row = [0.0]
    for letter in other:
        row.append(row[-1] + _loss(letter))
    for letter in one:
        above, row = row, [row[0] + _loss(letter)]
        for place, theirs in enumerate(other):
            row.append(
                min(above[place] + _swap(letter, theirs), above[place + 1] + _loss(letter), row[-1] + _loss(theirs))
            )
    return row[-1]


def _loss(letter: str) -> float:
    return 0.4 if letter in _VOWELS or letter == "r" else 1.0


def _swap(one: str, other: str) -> float:
    if one == other:
        return 0.0
    if {one, other} <= _VOWELS or {one, other} in ({"z", "s"}, {"J", "z"}, {"u", "v"}):
        return 0.3
    return 1.0
