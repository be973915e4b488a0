"""Splink 5 on DuckDB or Spark: blocks profiles by their keys and climbs each pair's ladders of agreement.

What the levels weigh is learnt in `weights`, from the counts of the patterns that come out here. Splink is imported at
the first use; its logging stays silent and it reaches for no network.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from clew.links.persons.backends import BACKENDS, the_splink
from clew.links.persons.compared import Compared
from clew.links.persons.comparisons import Comparison, splink_comparisons

Numbers = npt.NDArray[np.int64]


class Engine:
    """One set of profiles in one in-memory database."""

    def __init__(
        self, profiles: pa.Table, keys: pa.Array, comparisons: Sequence[Comparison], *, engine: str = "duckdb"
    ) -> None:
        """Raises UsageError where Splink or the engine is not installed."""
        self._back = BACKENDS[engine]()
        self._names = [each.name for each in comparisons]
        splink = the_splink()
        table = profiles.append_column("keys", keys)
        settings = {
            "link_type": "dedupe_only",
            "unique_id_column_name": "row",
            "comparisons": splink_comparisons(comparisons, self._back.dialect),
            "blocking_rules_to_generate_predictions": [
                splink.block_on("keys", arrays_to_explode=["keys"]).create_blocking_rule_dict(self._back.dialect)
            ],
            "retain_matching_columns": False,
            "retain_intermediate_calculation_columns": True,
        }
        self._linker = splink.Linker(self._back.register(table), settings, log_level=None, validate_settings=False)

    def blocked(self) -> Compared:
        """All pairs that share a key."""
        return self._read(self._linker.inference.predict(warning_mode="never"))

    def compare(self, left: Numbers, right: Numbers) -> Compared:
        """These pairs, whether they share a key or not."""
        low, high = np.minimum(left, right), np.maximum(left, right)
        pairs = pa.table(
            {"match_key": pa.array(["0"] * len(low)), "join_key_l": pa.array(low), "join_key_r": pa.array(high)}
        )
        self._linker.table_management.register_blocked_pairs_for_predict(self._back.register(pairs))
        return self._read(self._linker.inference.predict(warning_mode="never"))

    def _read(self, predicted: Any) -> Compared:
        levels = ", ".join(f"cast(round(mw_{name}) as tinyint) - 1 as {name}" for name in self._names)
        sql = f"select row_l, row_r, {levels} from {predicted.physical_name} order by row_l, row_r"  # noqa: S608
        table = self._back.read(sql)
        predicted.drop_table_from_database_and_remove_from_cache()
        columns = [table[name].to_numpy().astype(np.int8) for name in self._names]
        return Compared(table["row_l"].to_numpy(), table["row_r"].to_numpy(), np.stack(columns, axis=1))
