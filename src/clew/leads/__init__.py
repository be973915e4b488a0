"""What deserves a person's look: score, explanation, queue. A lead asks; only a person answers."""

from clew.leads.explain import honest_label, standing
from clew.leads.queue import build_queue
from clew.leads.rules import rules
from clew.leads.types import Contribution, Direction, Evidence, LeadRow, LeadView

__all__ = [
    "Contribution",
    "Direction",
    "Evidence",
    "LeadRow",
    "LeadView",
    "build_queue",
    "honest_label",
    "rules",
    "standing",
]
