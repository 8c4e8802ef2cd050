"""The embedded trilingual sentence encoder: lexicon, recipe, built model, model card."""
