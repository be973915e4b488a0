"""What leaves of leads, in formats of the field, to one named recipient: never anonymous, never public."""

from clew.publish.exports.leaving import FORMATS, Exported, export
from clew.publish.exports.shared import Entry, Known, Mention, Recipient, Shared, share

__all__ = ["FORMATS", "Entry", "Exported", "Known", "Mention", "Recipient", "Shared", "export", "share"]
