"""The command line's commands. `bots.cli` puts them together."""
