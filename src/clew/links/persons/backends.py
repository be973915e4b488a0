"""Where Splink compares: DuckDB in this process, or Spark, with the names that either has for the same functions."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa

from clew.safeguards.errors import UsageError


class OnDuckDB:
    """A database in memory."""

    dialect = "duckdb"

    def __init__(self) -> None:
        self._api = the_splink().DuckDBAPI()
        self._api.duckdb_con.execute("SET enable_progress_bar = false; SET autoinstall_known_extensions = false")

    def register(self, table: pa.Table) -> Any:
        return self._api.register(table)

    def read(self, sql: str) -> pa.Table:
        return self._api.duckdb_con.execute(sql).to_arrow_table()


class OnSpark:
    """A Spark session of this process, or the cluster that its own settings name, with Splink's own jar of similarities."""

    dialect = "spark"

    def __init__(self) -> None:
        the_splink()
        from clew.signals.spark import local_session

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._session = local_session(_settings())
            self._api = _spark_api(self._session)
        if not self._session.catalog.functionExists("jaro_winkler"):
            raise UsageError("--engine: this Spark session runs without Splink's jar of similarities (spark.jars)")

    def register(self, table: pa.Table) -> Any:
        return self._api.register(self._session.createDataFrame(table))

    def read(self, sql: str) -> pa.Table:
        return self._session.sql(sql).toArrow()


BACKENDS: Mapping[str, Callable[[], OnDuckDB | OnSpark]] = {"duckdb": OnDuckDB, "spark": OnSpark}


def _settings() -> dict[str, str]:
    try:
        from splink.backends.spark import similarity_jar_location
    except ImportError:
        return {}  # `local_session` says what is missing
    return {"spark.jars": similarity_jar_location(), "spark.sql.shuffle.partitions": "8"}


def _spark_api(session: Any) -> Any:
    from splink.backends.spark import SparkAPI

    api: Any = SparkAPI
    return api(spark_session=session, break_lineage_method="persist")


def the_splink() -> Any:
    """Splink, silent. Raises UsageError where it is not installed."""
    try:
        import splink
    except ImportError:
        raise UsageError("linking persons needs Splink: install clew with the extra 'linkage'") from None
    logging.getLogger("splink").setLevel(logging.ERROR)
    return splink
