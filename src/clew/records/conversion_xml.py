"""Writes the NIEM layout as XML: one `hs:HumanTraffickingVictim` a case, its elements in the order of the schema.

Rows are made column by column; no row is touched alone.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from clew.records.write import whole_file

HS = "https://docs.oasis-open.org/niemopen/ns/model/domains/humanServices/6.0/"
_REPEATED = ("Code",)
"""Endings of elements that hold one value each: several values are several elements."""


def write_xml(table: pa.Table, path: Path, *, namespace: str = HS) -> None:
    """The table, whose columns are paths of elements, as one document; whole or not at all."""
    rows = victims(table)
    with whole_file(path) as part, part.open("w", encoding="utf-8") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n')
        file.write(f'<clew:Cases xmlns:clew="urn:clew:cases" xmlns:hs="{namespace}">\n')
        for chunk in range(0, len(rows), 10_000):
            file.writelines(f"{row}\n" for row in rows.slice(chunk, 10_000).to_pylist())
        file.write("</clew:Cases>\n")


def victims(table: pa.Table) -> pa.Array:
    """One element a row, as text."""
    groups: dict[str, list[pa.Array]] = {}
    for name in table.column_names:
        parent, _, element = name.rpartition("/")
        groups.setdefault(parent or element, []).append(_elements(element, table[name].combine_chunks()))
    parts = []
    for parent, children in groups.items():
        inside = pc.binary_join_element_wise(*children, "")
        inside = (
            inside if not any(name.startswith(f"{parent}/") for name in table.column_names) else _within(parent, inside)
        )
        parts.append(inside)
    return _within("hs:HumanTraffickingVictim", pc.binary_join_element_wise(*parts, ""), always=True)


def _elements(element: str, values: pa.Array) -> pa.Array:
    """`<element>value</element>`, repeated for the values of a list; empty text where there is none."""
    text = values
    for mark, escaped in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = pc.replace_substring(text, mark, escaped)
    text = pc.replace_substring_regex(text, r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "")
    if element.endswith(_REPEATED):
        text = pc.replace_substring(text, ";", f"</{element}><{element}>")
    return pc.fill_null(
        pc.binary_join_element_wise(pa.scalar(f"<{element}>"), text, pa.scalar(f"</{element}>"), ""), ""
    )


def _within(element: str, inside: pa.Array, *, always: bool = False) -> pa.Array:
    wrapped = pc.binary_join_element_wise(pa.scalar(f"<{element}>"), inside, pa.scalar(f"</{element}>"), "")
    return wrapped if always else pc.if_else(pc.equal(inside, ""), pa.scalar(""), wrapped)
