"""Data stories: pages for the public, fed by releases only, as files that any web server can host."""

from clew.publish.stories.citing import Cited, cite
from clew.publish.stories.page import tell
from clew.publish.stories.script import Script, read_script

__all__ = ["Cited", "Script", "cite", "read_script", "tell"]
