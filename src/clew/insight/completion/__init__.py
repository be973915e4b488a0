"""What a table would say if nothing were missing, for aggregates only: multiple imputation of categories."""

from clew.insight.completion.complete import METHODS, Completed, complete
from clew.insight.completion.doubts import DOUBTS
from clew.insight.completion.pooled import SHARES

__all__ = ["DOUBTS", "METHODS", "SHARES", "Completed", "complete"]
