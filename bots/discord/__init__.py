"""Discord: from gateway payloads to events, from views to messages, through discord.py."""
