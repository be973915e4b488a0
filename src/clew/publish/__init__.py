"""What may leave, and the only door. Two ways lead to it: k-anonymity and differentially private synthesis."""

from clew.publish.anonymise import Anonymised, anonymise
from clew.publish.budget import Budget
from clew.publish.door import check, report_path, write_release
from clew.publish.fingerprint import fingerprint
from clew.publish.synthesise import Synthesised, synthesise
from clew.publish.tables import Counted, count_table, count_tables
from clew.publish.types import Guarantee, Method, Raw, Releasable

__all__ = [
    "Anonymised",
    "Budget",
    "Counted",
    "Guarantee",
    "Method",
    "Raw",
    "Releasable",
    "Synthesised",
    "anonymise",
    "check",
    "count_table",
    "count_tables",
    "fingerprint",
    "report_path",
    "synthesise",
    "write_release",
]
