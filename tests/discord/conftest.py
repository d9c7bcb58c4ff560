"""discord.py imports `audioop`, which Python announces to remove: not our warning to fail on."""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import discord  # noqa: F401
