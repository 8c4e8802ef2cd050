"""Drafts: a volunteer's answer as a file for the organizers, below knowledge/drafts and never served from there."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.domain.language import Language, clean, fold
from bot.domain.redaction import redacted
from bot.stores.knowledge_files.sources import write_whole

FOLDER = "drafts"
KEYS = {
    "section": "section | folder | раздел | папка | рубрика | 栏目 | 分类 | 文件夹",
    "id": "id | идентификатор | 编号 | 文件名",
    "source": "source | источник | 来源 | 出处",
}
"""How organizers begin a line that says where a corrected draft belongs and who said so."""
_LONGEST_SLUG = 24
_DELETED = "(deleted by the delegate)"
_LATIN = "a,b,v,g,d,e,zh,z,i,y,k,l,m,n,o,p,r,s,t,u,f,kh,ts,ch,sh,shch,,y,,e,yu,ya".split(",")
_LETTERS = dict(zip("абвгдежзийклмнопрстуфхцчшщъыьэюя", _LATIN, strict=True))


@dataclass(frozen=True)
class Draft:
    """A question that people answered; nobody in it has a name, and what delegates wrote is masked."""

    number: int
    questions: Sequence[tuple[str, Language]]
    asked_by: Sequence[int]
    """Running numbers of the delegates, in the order of the questions."""
    answer: str
    language: Language
    answered_by: int
    """Running number of the volunteer."""
    at: datetime
    """When it was answered, in the zone of the event."""

    @property
    def name(self) -> str:
        """<date>-<slug>.<language>.md"""
        slug = slug_of(redacted(self.questions[0][0])) if self.questions else ""
        return f"{self.at:%Y-%m-%d}-{'-'.join(part for part in (slug, str(self.number)) if part)}.{self.language}.md"


def write(knowledge: Path, draft: Draft) -> Path:
    """Write the draft; the path of the file."""
    folder = knowledge / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / draft.name
    write_whole(path, render(draft).encode())
    return path


def render(draft: Draft) -> str:
    """The file: an entry as the organizers write them, with who asked and answered as comments."""
    wordings = dict.fromkeys(redacted(question) for question, language in draft.questions if language is draft.language)
    title = redacted(draft.questions[0][0]) if draft.questions else f"Question {draft.number}"
    lines = [
        "---",
        "# A draft from the volunteers' desk. Delegates never see it here: an organizer checks the answer, gives it a",
        "# title, a source and a date, and moves it into a section folder, best in all three languages.",
        f"# Question {draft.number}, answered by Volunteer {draft.answered_by} on {draft.at:%Y-%m-%d at %H:%M}.",
    ]
    for (question, language), delegate in zip(draft.questions, draft.asked_by, strict=True):
        lines.append(f"# Asked by Delegate {delegate} ({language}): {redacted(question)}")
    lines += ["status: sample", 'source: ""', f"checked: {draft.at:%Y-%m-%d}"]
    if wordings:
        lines += ["questions:", *(f"  - {json.dumps(wording, ensure_ascii=False)}" for wording in wordings)]
    lines += ["---", f"# {title}", "", clean(draft.answer), ""]
    return "\n".join(lines)


def forget_questions(knowledge: Path, name: str, number: int) -> str | None:
    """Take the delegates' words out of a draft and its name; None when it is not there (an organizer has moved it)."""
    path = knowledge / FOLDER / Path(name).name
    try:
        lines = path.read_text("utf-8").split("\n")
    except OSError:
        return None
    kept, body = [], False
    for line in lines:
        if line == "---" and kept:
            body = True
        if not body and (line.startswith(("# Asked by ", "  - ", "questions:"))):
            continue
        kept.append(f"# {_DELETED}" if body and line.startswith("# ") else line)
    renamed = path.with_name(f"{path.name[:10]}-{number}.{path.name.split('.', 1)[1]}")
    write_whole(renamed, "\n".join(kept).encode())
    if renamed != path:
        path.unlink()
    return renamed.name


def key_named(word: str) -> str:
    """Which of the keys a word means in one of the languages; empty for any other word."""
    return next((key for key, words in KEYS.items() if fold(word) in words.split(" | ")), "")


def slug_of(question: str) -> str:
    """A few words of a question in Latin letters."""
    text = fold(question)
    if re.search(r"[㐀-鿿]", text):
        from pypinyin import lazy_pinyin

        text = " ".join(lazy_pinyin(text))
    text = "".join(_LETTERS.get(letter, letter) for letter in text)
    slug = ""
    for word in re.findall(r"[a-z0-9]+", text):
        if len(slug) + len(word) + 1 > _LONGEST_SLUG:
            break
        slug = f"{slug}-{word}" if slug else word
    return slug
