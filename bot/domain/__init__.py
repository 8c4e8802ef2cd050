"""Floor 0: the words and rules of the assistant; standard library only."""
