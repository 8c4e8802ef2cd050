"""Words of a text as the lexical search compares them: jieba words, Russian lemmas, English stems."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

from bot.domain.language import fold

_PIECE = re.compile(r"[㐀-鿿豈-﫿]+|[a-z]+(?:'[a-z]+)?|[Ѐ-ԯ]+(?:-[Ѐ-ԯ]+)*|\d+(?:[.:,]\d+)*")
_HAN = re.compile(r"[㐀-鿿豈-﫿]")
_lock = threading.Lock()

# Words that carry no subject: they neither find an entry nor count as understood or unknown.
STOP = frozenset(
    """a an the of to in on at for and or is are was were be been am it its this that these those i me my we our us
    you your he she they them their do does did with by from as there here so if then than but not no yes please
    и в во на с со к ко о об от до из у за по для не ни а но или же ли бы то это этот эта эти тот та те я мы вы он она
    они мне нам вам меня нас вас мой моя мое мои наш наша ваш ваша его ее их себя свой быть есть был была были будет
    так вот уже еще тоже там тут здесь как-то пожалуйста
    的 了 吗 呢 吧 啊 呀 嘛 么 是 在 我 你 您 他 她 它 我们 你们 您们 他们 这 那 个 和 与 或 也 都 就 还 请 请问 把 被 给
    对 从 到 向 有 没 不 要 想 会 能 可以""".split()
)


def has_han(text: str) -> bool:
    """Whether there is a Chinese character in the text."""
    return bool(_HAN.search(text))


@lru_cache(maxsize=4096)
def simplified(text: str) -> str:
    """Traditional Chinese characters as Simplified ones; other text unchanged."""
    return _opencc().convert(text) if has_han(text) else text


@lru_cache(maxsize=65_536)
def words(text: str) -> tuple[str, ...]:
    """The words of a text in any mixture of the three languages, reduced to their dictionary forms.

    Han runs give jieba search-mode words, Cyrillic words their lemmas (pymorphy3), Latin words their
    Snowball stems; numbers stay. Order is kept; stop words are kept too (see `content`).
    """
    found: list[str] = []
    for piece in _PIECE.findall(simplified(fold(text))):
        if has_han(piece):
            # Without the hidden Markov model: it makes words that do not exist of short questions (车停, 伞放).
            found.extend(_jieba().cut_for_search(piece, HMM=False))
        elif "a" <= piece[0] <= "z":
            found.append(stem(piece))
        elif piece[0].isdigit():
            found.append(piece)
        else:
            found.extend(lemma(part) for part in piece.split("-"))
    return tuple(found)


def lexical_terms(text: str) -> list[str]:
    """The terms BM25 counts: content words, and for Chinese the character bigrams besides."""
    terms = content(words(text))
    for run in re.findall(r"[㐀-鿿豈-﫿]{2,}", simplified(fold(text))):
        terms.extend("2:" + run[start : start + 2] for start in range(len(run) - 1))
    return terms


def content(found: Iterable[str]) -> list[str]:
    """The words that carry a subject."""
    return [word for word in found if word not in STOP]


@lru_cache(maxsize=65_536)
def lemma(word: str) -> str:
    """The dictionary form of a Russian word (the most probable reading), ё as е."""
    with _lock:
        return _morphology().parse(word)[0].normal_form.replace("ё", "е")


def is_russian(word: str) -> bool:
    """Whether the dictionary has the word in some form."""
    with _lock:
        return bool(_morphology().word_is_known(word))


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """The Snowball stem of an English word."""
    with _lock:
        return _stemmer().stemWord(word.removesuffix("'s"))


@cache
def _morphology() -> Any:
    import pymorphy3

    return pymorphy3.MorphAnalyzer(lang="ru")


@cache
def _stemmer() -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer("english")


@cache
def _opencc() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")


@cache
def _jieba() -> Any:
    import jieba

    from bot.encoder import lexicon

    jieba.setLogLevel(logging.ERROR)
    tokenizer = jieba.Tokenizer()
    tokenizer.initialize()
    for form in lexicon.chinese_forms():
        tokenizer.add_word(form)
    return tokenizer
