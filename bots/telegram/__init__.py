"""Telegram, by way of the Bot API: calls (`api`), what comes in (`polling`, `convert`), what goes
out (`render`, `adapter`, `answer`), and the rules of the platform as data (`capabilities`)."""
