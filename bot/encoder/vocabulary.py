"""The encoder's tokenizer: a Unigram vocabulary of stems, endings, Chinese words and letter groups."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from bot.domain.language import fold
from bot.encoder import analysis

MARK = "▁"
"""Where a word begins (SentencePiece's sign)."""

# Costs of a piece in the Viterbi segmentation: a word's stem plus an ending is always cheaper than letter groups,
# a longer stem cheaper than a shorter one with a longer ending.
STEM_COST, ENDING_COST, GROUP_COST, LETTER_COST = -10.0, -3.5, -14.0, -16.0
LONGEST_ENDING = 5

_WORD = re.compile(r"[a-z']+|[Ѐ-ԯ]+|[㐀-鿿豈-﫿]+|\d+")


def prepared(text: str) -> str:
    """A text as the encoder reads it; Traditional characters are turned by the caller's `simplified` too."""
    return analysis.simplified(fold(text))


def build(texts: Iterable[str], most_groups: int) -> Any:
    """A `tokenizers.Tokenizer` whose pieces cover every word of `texts`; `most_groups` letter groups per script."""
    from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers
    from tokenizers.models import Unigram

    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(_WORD.findall(prepared(text)))
    stems: Counter[str] = Counter()
    endings: Counter[str] = Counter()
    groups: Counter[str] = Counter()
    letters: set[str] = set()
    chinese: Counter[str] = Counter()
    for word, count in counts.items():
        letters.update(word)
        if analysis.has_han(word):
            for part in analysis.words(word):
                chinese[part] += count
            continue
        if word.isdigit():
            stems[MARK + word] += count
            continue
        for stem, ending in _forms(word):
            stems[MARK + stem] += count
            if ending:
                endings[ending] += 1
        marked = MARK + word
        for length in (3, 4):
            for start in range(len(marked) - length + 1):
                groups[marked[start : start + length]] += 1
    pieces: dict[str, float] = {"<unk>": 0.0}
    for letter in sorted(letters | {MARK}):
        pieces[letter] = LETTER_COST
        pieces.setdefault(MARK + letter, LETTER_COST)
    for script in (r"[a-z]", r"[Ѐ-ԯ]"):
        chosen = [group for group, count in groups.most_common() if re.search(script, group) and count > 2]
        for group in chosen[:most_groups]:
            pieces[group] = GROUP_COST
    for ending, count in sorted(endings.items()):
        if count > 1 and len(ending) <= LONGEST_ENDING:
            pieces[ending] = ENDING_COST - 0.1 * len(ending)
    for stem in sorted(stems):
        pieces[stem] = STEM_COST
    for word in sorted(chinese):
        pieces[word] = STEM_COST if len(word) > 1 else STEM_COST - 2
    tokenizer = Tokenizer(Unigram(list(pieces.items()), unk_id=0))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.NFKC(),
            normalizers.Lowercase(),
            normalizers.Replace("ё", "е"),
            normalizers.Replace("’", "'"),
            normalizers.Replace(Regex(r"'s\b"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r"[a-z']+|[Ѐ-ԯ]+|[㐀-鿿豈-﫿]+|[0-9]+"), "removed", invert=True),
            pre_tokenizers.Split(Regex(r"[㐀-鿿豈-﫿]+"), "isolated"),
            pre_tokenizers.Metaspace(MARK, prepend_scheme="always", split=False),
        ]
    )
    return tokenizer


def _forms(word: str) -> list[tuple[str, str]]:
    """A word as stem and ending; for Russian also the other inflected forms of its lemma."""
    if "a" <= word[0] <= "z":
        word = word.removesuffix("'s").strip("'")
        if not word:
            return []
        stem = analysis.stem(word)
        if word.startswith(stem):
            return [(stem, word[len(stem) :])]
        return [(word, "")]
    parses = analysis._morphology().parse(word)
    forms = {word} | {form.word.replace("ё", "е") for form in parses[0].lexeme} if len(word) > 2 else {word}
    stemmer = _russian_stemmer()
    found = []
    for form in sorted(forms):
        stem = stemmer.stemWord(form)
        if form.startswith(stem) and len(stem) > 2:
            found.append((stem, form[len(stem) :]))
        else:
            found.append((form, ""))
    return found


def _russian_stemmer() -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer("russian")
