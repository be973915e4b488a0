"""The same detectors on Apache Spark: a scan of more texts than one machine reads. Needs the extra `spark`."""

from __future__ import annotations

import os
import sys
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from clew.safeguards.errors import UsageError
from clew.signals.frame import scan_table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

SCHEMA = "id string, kind string, value string, start int, end int, confidence float, detector string"

READ = ("id", "text", "posted")
"""What a scan reads of a record."""


def scan_on_spark(frame: DataFrame, *, region: str | None = None, name_key: bytes | None = None) -> DataFrame:
    """One row a claim, as `signals.frame.scan_table` gives them, from columns `id`, `text` and, where there is one, `posted`.

    Each batch of Arrow goes through the detectors on the worker that holds it; a text that a detector could not read is a
    row of kind `failed`. The rows of one text stay together, their order among texts is Spark's.
    """

    def read(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield from scan_table(pa.Table.from_batches([batch]), region=region, name_key=name_key).to_batches()

    return frame.select(*(name for name in READ if name in frame.columns)).mapInArrow(read, SCHEMA)


def scan_table_on_spark(table: pa.Table, *, region: str | None = None, name_key: bytes | None = None) -> pa.Table:
    """The same for a table in memory, on Spark's local mode or on the cluster that its own settings name."""
    session = local_session()
    try:
        return scan_on_spark(
            _frame(session, table.select([name for name in READ if name in table.column_names])),
            region=region,
            name_key=name_key,
        ).toArrow()
    finally:
        session.stop()


def _frame(session: SparkSession, table: pa.Table) -> DataFrame:
    made: Any = session.createDataFrame(table)
    return made  # type: ignore[no-any-return]


SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "2000",
    "spark.log.level": "ERROR",
    "spark.ui.showConsoleProgress": "false",
}
ALONE = {"spark.ui.enabled": "false", "spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}
"""Only where Spark runs in this process: the workers of a cluster must be able to reach the driver."""


def on_a_cluster(environment: Mapping[str, str]) -> bool:
    """Whether `spark-submit` started the process with this environment, or names a master in it."""
    return "PYSPARK_GATEWAY_PORT" in environment or "--master" in environment.get("PYSPARK_SUBMIT_ARGS", "")


def local_session(more: Mapping[str, str] | None = None) -> SparkSession:
    """Spark in this process or the cluster that its own settings name; `more` settings count only where none runs yet.

    Raises UsageError where Spark is not installed.
    """
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise UsageError("--engine: spark needs the extra: pip install 'clew[spark]' and a Java runtime") from error
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder: Any = SparkSession.builder
    alone = {} if on_a_cluster(os.environ) else ALONE
    for name, value in {**SETTINGS, **alone, **(more or {})}.items():
        builder = builder.config(name, value)
    warnings.filterwarnings("ignore", category=FutureWarning, module="pyspark")
    if not alone:
        return _made(builder)
    with _log_apart():
        return _made(builder)


def _made(builder: Any) -> SparkSession:
    made: SparkSession = builder.appName("clew").getOrCreate()
    return made


@contextmanager
def _log_apart() -> Iterator[None]:
    """A Java machine that is started here writes its log elsewhere than to standard error. Where the start fails the log is shown;
    what fails later is told by the exception.
    """
    sys.stderr.flush()
    with tempfile.TemporaryFile() as log:
        ours = os.dup(2)
        os.dup2(log.fileno(), 2)
        try:
            yield
        except BaseException:
            log.seek(0)
            os.write(ours, log.read())
            raise
        finally:
            os.dup2(ours, 2)
            os.close(ours)
