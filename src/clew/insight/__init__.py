"""What the whole says: flows between countries and counts, with suppressed cells that stay suppressed."""

from clew.insight.flow_effort import EFFORT, beside
from clew.insight.flows import COUNTS, FLOWS, PLACES, REPATRIATED, FlowTables, case_flows
from clew.insight.glotip import glotip_flows
from clew.insight.intervals import suppress, total

__all__ = [
    "COUNTS",
    "EFFORT",
    "FLOWS",
    "PLACES",
    "REPATRIATED",
    "FlowTables",
    "beside",
    "case_flows",
    "glotip_flows",
    "suppress",
    "total",
]
