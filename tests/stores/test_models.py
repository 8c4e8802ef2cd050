"""The embedded encoder read directly and by sentence-transformers: the same vectors."""

import numpy as np
import pytest

from bot.stores import golden_files
from bot.stores.models import EMBEDDED, ModelError, SentenceEncoder
from bot.stores.static_encoder import StaticEncoder

TEXTS = [question.text for question in golden_files.read()[::40]]


def test_the_embedded_encoder_gives_the_vectors_of_sentence_transformers():
    from sentence_transformers import SentenceTransformer

    theirs = SentenceTransformer(str(EMBEDDED), device="cpu").encode(TEXTS, convert_to_numpy=True).astype(np.float32)
    theirs /= np.linalg.norm(theirs, axis=1, keepdims=True)
    # The table is stored in half precision, in which sentence-transformers adds up as well.
    assert np.allclose(SentenceEncoder().questions(TEXTS), theirs, atol=1e-3)


def test_a_text_without_a_known_piece_has_no_direction():
    assert not SentenceEncoder().question(" ").any()
    assert not SentenceEncoder().questions([]).any()


def test_other_models_are_left_to_sentence_transformers(tmp_path):
    assert StaticEncoder.reads(EMBEDDED)
    assert not StaticEncoder.reads(tmp_path)
    for modules in ("no json", "[1]", '[{"type": "a.Transformer"}, {"type": "a.Pooling"}]'):
        (tmp_path / "modules.json").write_text(modules, "utf-8")
        assert not StaticEncoder.reads(tmp_path)


@pytest.mark.parametrize("name", ["/nope", "./nope", "~/nope", "models/of/ours"])
def test_a_folder_that_does_not_exist_is_named(name):
    with pytest.raises(ModelError, match=f"the encoder's folder {name} does not exist; mend BOT_EMBEDDING_MODEL"):
        SentenceEncoder(name)


def test_a_name_of_the_hub_is_no_folder(tmp_path):
    assert SentenceEncoder("intfloat/multilingual-e5-small").identity == "intfloat/multilingual-e5-small"
    assert SentenceEncoder(str(tmp_path)).identity.startswith("sha256:")
