"""The Bot API's methods; importing this package registers them all."""

from bots.rehearsal.telegram.methods import (
    account,
    chats,
    copying,
    deleting,
    editing,
    sending,
    standing,
    topics,
)

__all__ = ["account", "chats", "copying", "deleting", "editing", "sending", "standing", "topics"]
