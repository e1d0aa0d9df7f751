"""The sample story, told over HTTP with real tokens, as the outside parties would tell it."""

from cdp_tools.story.ending import show
from cdp_tools.story.telling import tell

__all__ = ["show", "tell"]
