"""clew turns scattered traces of human trafficking into explained leads that a person judges.

Every capability is first a pure function on text, bytes or Arrow tables. They live in the rooms
(`clew.signals`, `clew.links`, `clew.publish`, ...); `clew.workspace` joins the rooms to a store.
"""

__version__ = "0.1.0"
