"""Splink 5 on DuckDB: blocks profiles by their keys and climbs each pair's ladders of agreement.

What the levels weigh is learnt in `weights`, from the counts of the patterns that come out here. Splink is imported at
the first use; its logging stays silent and it reaches for no network.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from clew.links.persons.comparisons import Comparison, splink_comparisons
from clew.safeguards.errors import UsageError

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Compared:
    """Pairs of profiles, left below right, in order; `levels[i, c]` is the level of pair i in comparison c, or -1."""

    left: Numbers
    right: Numbers
    levels: npt.NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.left)


class Engine:
    """One set of profiles in one in-memory database."""

    def __init__(self, profiles: pa.Table, keys: pa.Array, comparisons: Sequence[Comparison]) -> None:
        self._splink = _splink()
        self._names = [each.name for each in comparisons]
        self._api = self._splink.DuckDBAPI()
        self._api.duckdb_con.execute("SET enable_progress_bar = false; SET autoinstall_known_extensions = false")
        table = profiles.append_column("keys", keys)
        settings = {
            "link_type": "dedupe_only",
            "unique_id_column_name": "row",
            "comparisons": splink_comparisons(comparisons),
            "blocking_rules_to_generate_predictions": [
                self._splink.block_on("keys", arrays_to_explode=["keys"]).create_blocking_rule_dict("duckdb")
            ],
            "retain_matching_columns": False,
            "retain_intermediate_calculation_columns": True,
        }
        self._linker = self._splink.Linker(self._api.register(table), settings, log_level=None, validate_settings=False)

    def blocked(self) -> Compared:
        """All pairs that share a key."""
        return self._read(self._linker.inference.predict(warning_mode="never"))

    def compare(self, left: Numbers, right: Numbers) -> Compared:
        """These pairs, whether they share a key or not."""
        low, high = np.minimum(left, right), np.maximum(left, right)
        pairs = pa.table(
            {"match_key": pa.array(["0"] * len(low)), "join_key_l": pa.array(low), "join_key_r": pa.array(high)}
        )
        self._linker.table_management.register_blocked_pairs_for_predict(self._api.register(pairs))
        return self._read(self._linker.inference.predict(warning_mode="never"))

    def _read(self, predicted: Any) -> Compared:
        levels = ", ".join(f"cast(round(mw_{name}) as tinyint) - 1 as {name}" for name in self._names)
        sql = f"select row_l, row_r, {levels} from {predicted.physical_name} order by row_l, row_r"  # noqa: S608
        table = self._api.duckdb_con.execute(sql).to_arrow_table()
        predicted.drop_table_from_database_and_remove_from_cache()
        columns = [table[name].to_numpy().astype(np.int8) for name in self._names]
        return Compared(table["row_l"].to_numpy(), table["row_r"].to_numpy(), np.stack(columns, axis=1))


def _splink() -> Any:
    try:
        import splink
    except ImportError:
        raise UsageError("linking persons needs Splink: install clew with the extra 'linkage'") from None
    logging.getLogger("splink").setLevel(logging.ERROR)
    return splink
