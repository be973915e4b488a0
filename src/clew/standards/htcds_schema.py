"""A JSON Schema of HTCDS 2.0, made from the standard's own fields: one case is one object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clew.standards.htcds import VERSION, HtcdsField, content, extensions, standard_fields

DIALECT = "https://json-schema.org/draft/2020-12/schema"
DATE = r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$"
ANSWERS = ("yes", "no", "unknown", "not_asked")


def json_schema(*, with_extensions: bool = True) -> Mapping[str, Any]:
    """The schema (draft 2020-12) of one case. Values are code names; several of a multi-select are a list.

    No field is required: the standard's core flag asks for completeness, which a schema cannot give. It stands beside
    each field as `x-core`, what is deprecated as `deprecated`, what is clew's as `x-extension`.
    """
    added = [f for extension in extensions() for f in extension.fields] if with_extensions else []
    return {
        "$schema": DIALECT,
        "$id": f"urn:clew:htcds:{VERSION}",
        "title": f"Human Trafficking Case Data Standard {VERSION}: one case",
        "$comment": content()["attribution"],
        "type": "object",
        "properties": {"id": {"type": "string"}, **{f.name: _property(f) for f in (*standard_fields(), *added)}},
        "patternProperties": {"^clew_": {}} if with_extensions else {},
        "additionalProperties": False,
    }


def _property(f: HtcdsField) -> dict[str, Any]:
    made: dict[str, Any] = {"title": f.label, **_type(f), "x-section": f.section, "x-core": f.core}
    if f.description:
        made["description"] = f.description
    if f.deprecated:
        made["deprecated"] = True
    if f.extension:
        made["x-extension"] = f.extension
    return made


def _type(f: HtcdsField) -> dict[str, Any]:
    if f.multiple:
        return {"type": "array", "items": _single(f), "uniqueItems": True}
    return _single(f)


def _single(f: HtcdsField) -> dict[str, Any]:
    if f.codes:
        return {"type": "string", "enum": [code.name for code in f.codes]}
    if f.code_list == "iso3166":
        return {"type": "string", "pattern": "^[A-Z]{2,3}$"}
    if f.code_list == "iso639-2":
        return {"type": "string", "pattern": "^[a-z]{3}$"}
    if f.kind == "number":
        limits = {} if f.bounds is None else {"minimum": f.bounds[0], "maximum": f.bounds[1]}
        return {"type": "integer" if f.whole else "number", **limits}
    if f.kind == "checkbox":
        return {"type": "string", "enum": list(ANSWERS)}
    if f.kind == "date":
        return {"type": "string", "pattern": DATE}
    return {"type": "string"}
