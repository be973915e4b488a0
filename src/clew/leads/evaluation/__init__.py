"""Measures classes and text models on data whose labels are known: the invented world, and files a user may lawfully hold.

No public data set measures trafficking. Each evaluation says what its labels mean and what they do not.
"""

from clew.leads.evaluation.figures import Evaluation, Figure
from clew.leads.evaluation.layouts import LAYOUTS, evaluate_file, layout_named

__all__ = ["LAYOUTS", "Evaluation", "Figure", "evaluate_file", "layout_named"]
