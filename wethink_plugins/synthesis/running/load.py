"""A picture's bytes for an item that is at work, or how the item ends without them."""

from __future__ import annotations

from wethink_plugins.errors import WeThinkError
from wethink_plugins.synthesis import sources
from wethink_plugins.synthesis.records import ImageRef
from wethink_plugins.synthesis.rejection import Rejected, Unfinished


def load(image: ImageRef) -> bytes:
    """Rejected for a picture that can't be read; Unfinished, which stops the run, where its whole source can't."""
    try:
        return sources.read(image)
    except sources.SourceGone as error:
        raise Unfinished("stopped", str(error)) from None
    except WeThinkError as error:
        raise Rejected("unreadable_image", error.problem) from None
