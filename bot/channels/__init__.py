"""Floor 4: the outside world: Telegram and the terminal."""
