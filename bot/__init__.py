"""The Delegate Assistant: approved answers for delegates, in Chinese, Russian and English."""
