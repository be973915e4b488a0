"""Which areas to look at first for prevention: a composite index with the interval that its choices leave open."""

from clew.insight.areas.indicators import Areas, Columns, areas_of
from clew.insight.areas.rank import NOTICE, RANKED, Method, Ranking, rank
from clew.insight.areas.validation import Validation

__all__ = ["NOTICE", "RANKED", "Areas", "Columns", "Method", "Ranking", "Validation", "areas_of", "rank"]
