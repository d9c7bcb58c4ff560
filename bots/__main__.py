"""`python -m bots`: the command line."""

import sys


def start() -> None:
    """Run it. Ctrl-C while the program's parts are still being read is no fault to report."""
    try:
        from bots.cli import main

        main()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    start()
