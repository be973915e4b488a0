"""What a network of adverts looks like: six classes, learnt from weak labels and from judgements, gated before use.

A class describes how adverts are run. None of them says that a person is trafficked, and none changes any state.
"""

from clew.leads.classing.classes import CLASSES, LeadClass
from clew.leads.classing.gate import judge_model
from clew.leads.classing.label_model import LabelModel
from clew.leads.classing.labelling import labellings, votes
from clew.leads.classing.model import ClassModel, Training, train

__all__ = [
    "CLASSES",
    "ClassModel",
    "LabelModel",
    "LeadClass",
    "Training",
    "judge_model",
    "labellings",
    "train",
    "votes",
]
