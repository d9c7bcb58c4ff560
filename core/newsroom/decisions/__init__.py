"""Decisions: what moderators do, the log that can take it back, and accounts of it."""
