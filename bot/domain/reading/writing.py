"""A question prepared for reading: one spelling of everything, words with their places, and what was consumed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.domain.language import clean
from bot.domain.reading.forms import stem

COVERED = "\x01"

# Traditional characters of schedule words; names of the programme are Simplified.
_TRADITIONAL = str.maketrans(
    "點後會廳開閉論壇場現時間幾號數據麼這裡裏嗎週門簽約儀參觀線碼頭歡覽註冊報處請問話養產業實體設際從幹準備講聯協議東來還沒過兩萬與個關於結國經濟網讓給動舉辦發馬誰輪樓層電視臺賓館車團隊員飯晝內進應該聽說記"
    "錄禮確認項創礎術學種類們為區總課稱預訂離緊對難題剛啟負責長遠夥雙邊談單導師蓮遲趕錯",
    "点后会厅开闭论坛场现时间几号数据么这里里吗周门签约仪参观线码头欢览注册报处请问话养产业实体设际从干准备讲联协议东来还没过两万与个关于结国经济网让给动举办发马谁轮楼层电视台宾馆车团队员饭昼内进应该听说记"
    "录礼确认项创础术学种类们为区总课称预订离紧对难题刚启负责长远伙双边谈单导师莲迟赶错",
)
_SIMPLE = str.maketrans({"ё": "е", "’": "'", "ʼ": "'", "`": "'", "–": "-", "—": "-", "−": "-", "‑": "-", "～": "-"})
_WORD = re.compile(r"[a-zà-ɏ]+(?:'[a-z]+)?|[а-ӿ]+|\d+|[㐀-鿿]+")
_HAN = re.compile(r"[㐀-鿿]")
_SPACED_HAN = re.compile(r"(?<=[㐀-鿿]) +(?=\S)|(?<=\S) +(?=[㐀-鿿])")
# А, В and С of the Cyrillic keyboard in front of a Chinese word are the Latin letters of a hall.
_HOMOGRAPH_HALL = re.compile(r"[АВСавс](?=号?厅|号?会)")
_HOMOGRAPHS = str.maketrans("АВСавс", "ABCabc")


@dataclass(frozen=True)
class Token:
    """A word, a number or a run of Han characters, and where it stands."""

    text: str
    start: int
    end: int
    stem: str
    raw: str


def has_han(text: str) -> bool:
    """Whether there is a Han character in the text."""
    return bool(_HAN.search(text))


def tidy(text: str) -> str:
    """One spelling for what looks or sounds the same, case kept."""
    text = unicodedata.normalize("NFKC", clean(text).replace("№", " ")).translate(_SIMPLE).translate(_TRADITIONAL)
    text = unicodedata.normalize("NFC", text)
    text = _HOMOGRAPH_HALL.sub(lambda found: found.group().translate(_HOMOGRAPHS), text)
    return _SPACED_HAN.sub("", re.sub(r"\s+", " ", text)).strip()


def lowered(text: str) -> str:
    """Lower case without a change of length."""
    lower = (letter.lower() for letter in text)
    return "".join(
        small if len(small) == 1 else letter for small, letter in zip(lower, text, strict=True)
    ).replace("ё", "е")  # fmt: skip


def words(text: str) -> list[Token]:
    """The words of a tidy text."""
    return [
        Token(found.group(), found.start(), found.end(), stem(found.group()), text[found.start() : found.end()])
        for found in _WORD.finditer(text)
    ]


class Writing:
    """A question while it is read; `cover` marks what was understood."""

    def __init__(self, text: str) -> None:
        self.plain = tidy(text)
        self.text = lowered(self.plain)
        self.tokens = [
            Token(one.text, one.start, one.end, one.stem, self.plain[one.start : one.end]) for one in words(self.text)
        ]
        self._covered = bytearray(len(self.text))
        self._remaining: str | None = None

    def cover(self, start: int, end: int) -> None:
        """Mark a stretch as understood."""
        self._covered[start:end] = b"\x01" * (end - start)
        self._remaining = None

    def uncover(self, start: int, end: int) -> None:
        """Take a mark back."""
        self._covered[start:end] = bytes(end - start)
        self._remaining = None

    def is_covered(self, start: int, end: int) -> bool:
        """Whether any of the stretch is understood already."""
        return any(self._covered[start:end])

    @property
    def remaining(self) -> str:
        """The text with everything understood blotted out; places stay the same."""
        if self._remaining is None:
            letters = zip(self.text, self._covered, strict=True)
            self._remaining = "".join(COVERED if mark else letter for letter, mark in letters)
        return self._remaining

    def relemmatize(self, lemmatize: Callable[[str], str]) -> None:
        """Give Cyrillic words the stems of their dictionary forms."""
        self.tokens = [
            replace(one, stem=stem(lemmatize(one.text))) if "а" <= one.text[0] <= "ӿ" else one for one in self.tokens
        ]
