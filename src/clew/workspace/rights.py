"""The rights of the persons that records are about: access, erasure, and that nothing stays longer than it may."""

from clew.workspace.backing import Backing
from clew.workspace.person_copy import CopyingPersons
from clew.workspace.retaining import Retaining
from clew.workspace.rotating import RotatingKeys
from clew.workspace.shipping import Shipping


class Rights(Retaining, CopyingPersons, Backing, RotatingKeys, Shipping):
    """What a steward does for persons. Checked and recorded."""
