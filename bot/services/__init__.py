"""Floor 2: one decision each; no Telegram, no text for people."""
