"""Floor 1: the only rooms that touch disk, database, index and models."""
