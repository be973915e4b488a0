"""What the hub does: which encodings of several contributors are one person, counted once, with no name seen.

The strings of a pair are put on rungs by how alike they are, and then all goes as in clear text (`run`): what each rung
weighs is learnt without labels, groups are made by average linkage, and the cut is where the expected F1 is highest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from clew.links.persons.encoded import EncodedComparer, Encodings
from clew.links.persons.encoding import check_of
from clew.links.persons.run import UNSEEN, Linkage, LinkOptions, Run
from clew.links.persons.strings import BITS
from clew.safeguards.errors import Conflict, MissingColumn, UsageError

MATCHING = LinkOptions(largest_block=80)
"""Keys of encodings are more than those of clear text, so each may be shared by fewer."""


def unfit(table: pa.Table) -> list[tuple[str, npt.NDArray[np.bool_]]]:
    """Rules that rows of a file of encodings break, and which rows do. Raises MissingColumn when it is no such file."""
    for name in ("id", "encoding", "check", "fingerprint"):
        if name not in table.column_names:
            raise MissingColumn(
                name, present=tuple(table.column_names), hint="Encodings are made with `clew cases encode`."
            )
    rows = list(zip(*(table[name].to_pylist() for name in ("id", "encoding", "check", "fingerprint")), strict=True))
    shape = np.array([not _is_encoding(text) for _, text, _, _ in rows], dtype=bool)
    kept = np.array(
        [
            good or check == check_of(str(name), str(text), str(mark))
            for (name, text, check, mark), good in zip(rows, shape, strict=True)
        ],
        dtype=bool,
    )
    again = np.ones(len(rows), dtype=bool)
    again[np.unique(np.array([str(name) for name, *_ in rows], dtype=object), return_index=True)[1]] = False
    return [
        (f"not {BITS} bits in hexadecimal, or none or nearly all set", shape),
        ("changed since it was encoded", ~kept),
        ("id given before", again),
    ]


def one_fingerprint(marks: Sequence[tuple[str, Sequence[str]]]) -> None:
    """Raises Conflict unless all files were encoded under one secret and one schema; names the files, never the secret."""
    found: dict[str, list[str]] = {}
    for file, values in marks:
        for value in sorted(set(values)):
            found.setdefault(value, []).append(file)
    if len(found) > 1:
        told = "; ".join(f"{', '.join(names)}: {mark[:8]}" for mark, names in sorted(found.items()))
        raise Conflict(
            f"these files were encoded under different secrets, fields or releases of clew, and cannot be matched ({told})"
        )


def match(
    ids: Sequence[str],
    encodings: Sequence[str],
    *,
    options: LinkOptions = MATCHING,
    source: Sequence[int] | None = None,
) -> Linkage:
    """Groups encodings by person, whatever the order of the rows.

    With `source`, the number of each row's file, each row is joined with at most one of the other file: for two files
    that hold each person once. Raises UsageError when there are not two.
    """
    order = np.argsort(np.asarray(ids, dtype=object), kind="stable")
    of_file = None if source is None else np.asarray(source, dtype=np.int64)[order]
    if of_file is not None and len(np.unique(of_file)) > 2:
        raise UsageError("--one-to-one: is for two files")
    known = Encodings([encodings[place] for place in order], apart=of_file is not None)
    made = Run(
        known.profiles,
        [ids[place] for place in order],
        options,
        comparisons=known.comparisons,
        comparer=lambda: EncodedComparer(known, largest_block=options.largest_block),
        blocking={"largest_block": options.largest_block},
        source=of_file,
        weakest=UNSEEN,
    ).result()
    return replace(made, table=made.table.take(pa.array(np.argsort(order, kind="stable"))))


def _is_encoding(text: object) -> bool:
    if not isinstance(text, str) or len(text) != BITS // 4:
        return False
    try:
        ones = int(text, 16).bit_count()
    except ValueError:
        return False
    return 0 < ones < 0.9 * BITS
