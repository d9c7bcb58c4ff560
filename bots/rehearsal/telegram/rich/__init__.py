"""Rich messages: HTML or Markdown as bots send it, blocks as messages show them.

Source of the tags, the entities and the limits: the Bot API's "Rich message formatting options"
and "Rich message limits" (10.1). How the server words its refusals is not documented: the texts
here are the rehearsal's own.
"""

from bots.rehearsal.telegram.rich.reading import media_urls, read_blocks

__all__ = ["media_urls", "read_blocks"]
