"""How many persons there are beyond those that lists know: multiple systems estimation."""

from clew.insight.population.estimate import Estimate, Selection, estimate
from clew.insight.population.fitting import Fit, check_model, fit
from clew.insight.population.histories import Histories, histories_of
from clew.insight.population.models import all_models, name_of
from clew.insight.population.selection import Search

__all__ = [
    "Estimate",
    "Fit",
    "Histories",
    "Search",
    "Selection",
    "all_models",
    "check_model",
    "estimate",
    "fit",
    "histories_of",
    "name_of",
]
