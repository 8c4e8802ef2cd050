"""Telegram: updates in, replies out; nothing lost and nothing told twice, whatever crashes in between."""
