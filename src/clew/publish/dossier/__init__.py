"""Dossiers: a lead or a case on paper for a court or a partner, marked for one recipient, the same bytes for the same content."""

from clew.publish.dossier.case import CaseFacts, case_dossier
from clew.publish.dossier.lead import lead_dossier
from clew.publish.dossier.leaving import case_pdf, lead_pdf
from clew.publish.dossier.pages import Dossier, Fonts, typeset

__all__ = ["CaseFacts", "Dossier", "Fonts", "case_dossier", "case_pdf", "lead_dossier", "lead_pdf", "typeset"]
