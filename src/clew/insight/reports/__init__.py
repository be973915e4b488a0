"""Reports and news as a source: what they claim of a case, each claim with its span."""

from clew.insight.reports.read import CLAIMS, Claim, claims, read_reports

__all__ = ["CLAIMS", "Claim", "claims", "read_reports"]
