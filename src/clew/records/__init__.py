"""What arrives: one frozen type a kind, its source and legal ground; readers, mappings, writers."""

from clew.records.imprecise import AgeRange, Answer, Count, DateInterval
from clew.records.kinds import KINDS, Kind, Sensitivity
from clew.records.mapping import Mapping, guess, load_mapping
from clew.records.raw import Format
from clew.records.read import Read, read_file, read_table
from clew.records.rejects import Rejects
from clew.records.source import LegalBasis, Source, Tlp
from clew.records.write import write_table

__all__ = [
    "KINDS",
    "AgeRange",
    "Answer",
    "Count",
    "DateInterval",
    "Format",
    "Kind",
    "LegalBasis",
    "Mapping",
    "Read",
    "Rejects",
    "Sensitivity",
    "Source",
    "Tlp",
    "guess",
    "load_mapping",
    "read_file",
    "read_table",
    "write_table",
]
