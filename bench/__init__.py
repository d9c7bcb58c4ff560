"""The house's figures, each beside a baseline of the same run: `python -m bench` (`make bench`).

One module for each benchmark. Every measurement takes turns with its baseline over several
rounds and gives medians, because the machine may be busy with something else.
"""
