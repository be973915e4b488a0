"""Knows the files it can evaluate by their columns, and reads them into id, text and label; what cannot be used is rejected."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clew.leads.evaluation import emscad, idtraffickers, trafficking10k
from clew.leads.evaluation.figures import Evaluation
from clew.safeguards.errors import MissingColumn, UsageError

FEWEST = 10
"""Rows of which nothing can be said."""


@dataclass(frozen=True, slots=True)
class Layout:
    """One data set: names its columns go by, what a label may be, and how it is evaluated."""

    name: str
    text: tuple[str, ...]
    label: tuple[str, ...]
    label_of: Callable[[str], str | None]
    rule: str
    """What a label must be, in words."""
    evaluate: Callable[[pa.Table], Evaluation]


LAYOUTS: tuple[Layout, ...] = (
    Layout("emscad", ("description",), ("fraudulent",), emscad.label_of, "t or f, 1 or 0", emscad.evaluate),
    Layout(
        "idtraffickers",
        ("text",),
        ("vendor", "vendor_id"),
        lambda text: text.strip() or None,
        "required",
        idtraffickers.evaluate,
    ),
    Layout(
        "trafficking-10k",
        ("text", "body", "ad_text", "description", "content"),
        ("label", "rating", "score", "annotation", "likert"),
        trafficking10k.label_of,
        "a whole number from 0 to 6, or its words",
        trafficking10k.evaluate,
    ),
)
IDS = ("id", "job_id", "ad_id", "advert_id")


@dataclass(frozen=True, slots=True)
class Prepared:
    """Usable rows, and which rows of the file were not, with the rule each broke."""

    layout: Layout
    table: pa.Table
    bad_rows: np.ndarray
    bad_field: list[str]
    bad_rule: list[str]


def layout_named(name: str | None, columns: list[str], given: Mapping[str, str]) -> Layout:
    """The layout of that name, or the first whose columns are there. Raises UsageError where none fits."""
    if name is not None:
        found = next((each for each in LAYOUTS if each.name == name), None)
        if found is None:
            raise UsageError(f"--layout: choose one of {', '.join(each.name for each in LAYOUTS)}")
        return found
    if "label" in given:
        raise UsageError("--map label: a column of any name fits every layout; say with --layout which one it is")
    for each in LAYOUTS:
        if _column(columns, each.label, given.get("label")) and _column(columns, each.text, given.get("text")):
            return each
    raise UsageError(
        "the columns fit none of "
        + "; ".join(f"{each.name} ({each.text[0]}, {each.label[0]})" for each in LAYOUTS)
        + "; name the file's own with --layout, --text and --map label=COLUMN"
    )


def _column(columns: list[str], names: tuple[str, ...], given: str | None) -> str | None:
    if given is not None:
        return given if given in columns else None
    plain = {name.strip().lower().replace(" ", "_"): name for name in reversed(columns)}
    return next((plain[name] for name in names if name in plain), None)


def prepare(table: pa.Table, layout: Layout, given: Mapping[str, str]) -> Prepared:
    """Reads a file's columns (all text) into id, text, label. Raises MissingColumn for a column that is not there."""
    columns = table.column_names
    text, label = (
        _column(columns, names, given.get(key)) for key, names in (("text", layout.text), ("label", layout.label))
    )
    for field, column in (("text", text), ("label", label)):
        if column is None:
            raise MissingColumn(field, present=tuple(columns))
    assert text is not None
    assert label is not None
    lowered = table.rename_columns([name.strip().lower() for name in columns]) if layout.name == "emscad" else table
    texts = (
        emscad.whole_text(lowered) if layout.name == "emscad" and "text" not in given else table[text].cast(pa.string())
    )
    labels = [layout.label_of(each or "") for each in table[label].cast(pa.string()).to_pylist()]
    blank = np.asarray(pc.equal(pc.utf8_length(pc.utf8_trim_whitespace(pc.fill_null(texts, ""))), 0), np.bool_)
    unusable = np.array([each is None for each in labels], np.bool_)
    bad = np.flatnonzero(blank | unusable)
    named = _column(columns, IDS, given.get("id"))
    if "id" in given and named is None:
        raise MissingColumn("id", present=tuple(columns))
    ids = table[named].cast(pa.string()) if named else pa.array([str(n) for n in range(1, table.num_rows + 1)])
    whole = pa.table({"id": ids, "text": texts, "label": pa.array(labels, pa.string())})
    return Prepared(
        layout,
        whole.filter(pa.array(~(blank | unusable))),
        bad,
        ["label" if unusable[row] else "text" for row in bad.tolist()],
        [layout.rule if unusable[row] else "required" for row in bad.tolist()],
    )


def evaluate_file(prepared: Prepared) -> Evaluation:
    """Raises UsageError where there is too little to say anything."""
    if prepared.table.num_rows < FEWEST:
        raise UsageError(f"{prepared.table.num_rows} usable rows; {FEWEST} are needed to measure anything")
    if len(prepared.table["label"].unique()) < 2:
        raise UsageError("label: every usable row has the same one; nothing can be measured")
    return prepared.layout.evaluate(prepared.table)
