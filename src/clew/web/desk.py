"""The desk's types under the name that the pages use."""

from clew.desk import *  # noqa: F403
