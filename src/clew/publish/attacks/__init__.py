"""What attacks get out of a release, measured before anybody relies on it."""

from clew.publish.attacks.auditing import Audit, audit
from clew.publish.attacks.canaries import held_out, rehearse
from clew.publish.attacks.facets import FEWEST_CONTROL
from clew.publish.attacks.rates import Rate, Risk, Separation

__all__ = ["FEWEST_CONTROL", "Audit", "Rate", "Risk", "Separation", "audit", "held_out", "rehearse"]
