"""The rehearsal's page: both platforms side by side in the browser, live.

`server.PageServer` serves the page, what one person sees, what they do, and the example
publication's own site with its feed. The page is plain HTML, CSS and JavaScript below `static/`.
"""

from bots.rehearsal.page.server import PageServer

__all__ = ["PageServer"]
