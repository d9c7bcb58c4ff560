"""`python -m bots`: the command line."""

import gc
import sys


def start() -> None:
    """Run it. Ctrl-C while the program's parts are still being read is no fault to report."""
    try:
        # What is imported stays, and looking for garbage among it would be a seventh of the start.
        gc.disable()
        from bots.cli import main

        gc.freeze()
        gc.enable()
        main()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    start()
