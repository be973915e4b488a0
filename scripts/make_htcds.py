"""Makes `src/clew/standards/htcds.json`: the Human Trafficking Case Data Standard 2.0 whole, as data.

Source: the standard's own files (IOM, CC BY 4.0) in a folder named on the command line, by default `../shared/data/htcds`.
Nothing of the standard's wording or spelling is changed; what is left out or added is said in the file itself. The
same input gives the same file to the byte.
"""

from __future__ import annotations

import json
import re
import sys
import warnings
from pathlib import Path
from typing import Any

ATTRIBUTION = (
    "Human Trafficking Case Data Standard (HTCDS) 2.0, International Organization for Migration (IOM), CC BY 4.0 "
    "(https://creativecommons.org/licenses/by/4.0/), https://github.com/UNMigration/HTCDS. Reformatted as JSON by clew; "
    "IOM has not reviewed or endorsed clew."
)
SECTIONS = {
    "Person - \nVictim Context": "Person - Victim Context",
    "Person - \nPerpetrator Context": "Person - Perpetrator Context",
}
TYPES = {
    "Text": "text",
    "Long Text": "long_text",
    "Date": "date",
    "Number": "number",
    "Checkbox": "checkbox",
    "Picklist": "picklist",
    "Picklist or Text": "picklist_or_text",
    "Multiselect Picklist": "multiselect",
    "Geolocation": "geolocation",
    "Lookup [to organisation]": "lookup",
    "Lookup [to person]": "lookup",
    "Lookup [to user]": "lookup",
}
TIERS = {
    2: {
        "Agriculture, forestry and fishing": "A_AgricultureForestryAndFishing",
        "Manufacturing": "C_Manufacturing",
        "Transportation and storage": "H_TransportationAndStorage",
        "Accommodation and food service activities": "I_AccommodationAndFoodServiceActivities",
        "Administrative and support service activities, including cleaning, landscape care, and other services to buildings": "N_AdministrativeAndSupportServiceActivities",
    },
    3: {
        "Crop and animal production, hunting and related service activities": "A_AgricultureForestryAndFishing",
        "Fishing and aquaculture": "A_AgricultureForestryAndFishing",
    },
}
"""Headings of the optional sub-levels of industry, and the industry that each belongs to."""


def build(source: Path) -> bytes:
    """The content of htcds.json."""
    rows = json.loads((source / "htcds_2.0_fields.json").read_text(encoding="utf-8"))
    definitions = json.loads((source / "htcds_2.0_definitions.json").read_text(encoding="utf-8"))
    content = {
        "standard": "Human Trafficking Case Data Standard",
        "version": "2.0",
        "attribution": ATTRIBUTION,
        "left_out": [_placeholder(row, number) for number, row in enumerate(rows, 1) if not row["type"]],
        "fields": [_field(row) for row in rows if row["type"]],
        "means_of_control": definitions["Methods Of Control"],
        "trafficking_status": _without_header(definitions["Trafficking Status"]),
        "industries": definitions["Labour Industry (TIER 1)"],
        "industry_sublevels": _sublevels(definitions),
        "template": _template(source / "htcds-spreadsheet-2.0.xlsx"),
        "country_names": _country_names(source / "htcds-spreadsheet-validated-2.0.xlsx"),
    }
    return (_lines(content) + "\n").encode()


def _lines(content: dict[str, Any]) -> str:
    """JSON with one field or entry a line, so that a change of the standard shows in a diff."""
    parts = []
    for key, value in content.items():
        if isinstance(value, list):
            body = "[\n" + ",\n".join(f"  {_compact(item)}" for item in value) + "\n ]"
        elif isinstance(value, dict) and key != "template":
            body = "{\n" + ",\n".join(f"  {_compact(k)}: {_compact(v)}" for k, v in value.items()) + "\n }"
        else:
            body = _compact(value)
        parts.append(f" {_compact(key)}: {body}")
    return "{\n" + ",\n".join(parts) + "\n}"


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _placeholder(row: dict[str, Any], number: int) -> dict[str, Any]:
    return {"row": number, "name": f"{row['prefix']}{row['name']}", "why": "a blank placeholder: no label, no type"}


def _field(row: dict[str, Any]) -> dict[str, Any]:
    names, labels = row["value_names"], row["value_labels"]
    listed = _listed(names + labels)
    if not listed and len(names) != len(labels):
        raise SystemExit(f"{row['full_name']}: {len(names)} value names and {len(labels)} labels")
    made = {
        "name": row["full_name"],
        "label": row["label"],
        "section": SECTIONS.get(row["section"], row["section"]),
        "kind": TYPES[row["type"]],
        "type": row["type"],
        "core": row["core"] == "Core",
        "status": row["status"],
        "list": listed,
        "codes": [] if listed else [[name.strip(), label.strip()] for name, label in zip(names, labels, strict=True)],
        "description": row["description"],
        "notes": row["notes"],
    }
    return {key: value for key, value in made.items() if value not in (None, [])}


def _listed(words: list[str]) -> str | None:
    """The outside code list that a field names instead of listing codes of its own."""
    text = " ".join(words)
    if "ISO 3166" in text:
        return "iso3166"
    return "iso639-2" if "ISO 639-2" in text else None


def _without_header(table: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in table.items() if key != "Field Label"}


def _sublevels(definitions: dict[str, Any]) -> dict[str, Any]:
    """Label of a sub-level -> its industry, its tier, its definition. The standard gives sub-levels no codes."""
    return {
        label: {"industry": industry, "tier": tier, "definition": definition}
        for tier, headings in TIERS.items()
        for heading, industry in headings.items()
        for label, definition in _without_header(definitions[heading]).items()
    }


def _template(path: Path) -> dict[str, list[str | None]]:
    """The official spreadsheet's two header rows as they stand: system names, then words for people."""
    first, second = (list(row) for row in _rows(path, "Sheet1")[:2])
    return {"names": first, "labels": second}


def _country_names(path: Path) -> dict[str, str]:
    rows = _rows(path, "validation")
    code, name = rows[2].index("Country Code"), rows[2].index("Country")
    return {str(row[name]).strip(): str(row[code]).strip() for row in rows[3:] if row[name] and row[code]}


def _rows(path: Path, sheet: str) -> list[tuple[Any, ...]]:
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl says that it drops the drop-down lists; they are not read here
        book = openpyxl.load_workbook(path, data_only=True)
    return [tuple(_text(cell) for cell in row) for row in book[sheet].iter_rows(values_only=True)]


def _text(cell: Any) -> Any:
    return re.sub(r"\s+", " ", cell).strip() if isinstance(cell, str) else cell


if __name__ == "__main__":
    here = Path(__file__).resolve().parents[1]
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else here.parent / "shared" / "data" / "htcds"
    (here / "src" / "clew" / "standards" / "htcds.json").write_bytes(build(folder))
