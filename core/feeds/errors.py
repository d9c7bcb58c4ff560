"""What makes a feed or a document impossible to read. The texts are for people.

UserError
 ├── FeedUnreadable   an address answers with something that is no feed
 └── DocumentError    a file or a page cannot become an article
"""

from __future__ import annotations

from core.errors import UserError


class FeedUnreadable(UserError, ValueError):
    """The bytes are no feed that can be read; the message says what was found and what to do."""


class DocumentError(UserError, ValueError):
    """A file or page cannot become an article; the message names the field and the fix."""
