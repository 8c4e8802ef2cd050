"""Floor 3: what the assistant says; the only rooms with phrases."""
