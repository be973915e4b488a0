"""One person, once: which rows of one or several files are the same person, proposed with a reason for each pair.

Prepare, block, compare (Splink), then `run`: weigh, group, mark what a person must look at. The result depends on
the rows and the seed alone, not on the order of the rows.
"""

from __future__ import annotations

import pyarrow as pa

from clew.links.persons import judgements
from clew.links.persons.backends import BACKENDS
from clew.links.persons.blocking import blocks
from clew.links.persons.comparisons import comparisons_for
from clew.links.persons.engine import Engine
from clew.links.persons.fields import persons
from clew.links.persons.prepare import profiles
from clew.links.persons.run import Linkage, LinkOptions, Run
from clew.safeguards.errors import UsageError

_USUAL = LinkOptions()


def link(
    table: pa.Table,
    *,
    columns: dict[str, str] | None = None,
    edges: pa.Table | None = None,
    options: LinkOptions = _USUAL,
    engine: str = "duckdb",
) -> Linkage:
    """Groups the rows of a table by person. `columns` names columns as `find_columns` does; `edges` are judgements.

    `engine` compares the pairs: duckdb here, or spark; both give the same. Raises MissingColumn, UnreadableInput, or
    UsageError when Splink or the engine is not there.
    """
    if engine not in BACKENDS:
        raise UsageError(f"--engine: one of {', '.join(BACKENDS)}")
    people = persons(table, columns)
    standing = judgements.standing(edges) if edges is not None else []
    ids = people["id"].to_pylist()
    named = {end for edge in standing for end in (edge.left, edge.right)}
    prepared = profiles(people, apart=[row for row, name in enumerate(ids) if name in named])
    keys = blocks(prepared.table, largest_block=options.largest_block)
    comparisons = comparisons_for(prepared.table)
    return Run(
        prepared,
        ids,
        options,
        comparisons=comparisons,
        comparer=lambda: Engine(prepared.table, keys.keys, comparisons, engine=engine),
        blocking={
            "largest_block": options.largest_block,
            "keys_dropped": keys.lost_keys,
            "pairs_in_dropped_keys": keys.lost_pairs,
        },
        standing=standing,
    ).result()
