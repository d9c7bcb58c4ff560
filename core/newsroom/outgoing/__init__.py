"""Deliveries: what should be shown, what the outbox works on, and what came of it."""
