"""Erasures and their certificates, legal holds, rules of retention, checkpoints of the log, and keys of records in backups.

Going back loses all of them, so it is refused where an erasure was certified: an older clew would let
the records come back.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

APPEND_ONLY = ("erasures", "certificates", "hold_events", "retention_events", "audit_checkpoints")
_TIME = sa.String(32)


def upgrade() -> None:
    _create("certificates", sa.Column("id", sa.String(40), nullable=False), *_texts("body", "signature"), _at())
    _create(
        "erasures",
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("erasure", sa.String(40), nullable=False),
        _at(),
    )
    _create(
        "hold_events",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("hold", sa.String(40), nullable=False),
        *_texts("scope", "value"),
        sa.Column("lifted", sa.Integer, nullable=False),
        *_texts("reason", "actor"),
        _at(),
    )
    _create(
        "retention_events",
        sa.Column("id", sa.String(40), nullable=False),
        *_texts("source", "kind", "purpose"),
        sa.Column("days", sa.Integer),
        *_texts("reason", "actor"),
        _at(),
    )
    _create(
        "audit_checkpoints",
        sa.Column("size", sa.Integer, nullable=False, autoincrement=False),
        *_texts("root", "note"),
        _at(),
    )
    _create(
        "backup_keys",
        sa.Column("record_id", sa.String(80), nullable=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
    )
    for table, column in (("erasures", "kind"), ("erasures", "erasure"), ("hold_events", "hold")):
        op.create_index(f"ix_{table}_{column}", table, [column])
    _refuse(op.get_bind().dialect.name == "sqlite")


def downgrade() -> None:
    if op.get_bind().execute(sa.text("SELECT count(*) FROM certificates")).scalar():
        raise RuntimeError("erasures were certified: an older clew would let the records come back")
    for table in ("backup_keys", *reversed(APPEND_ONLY)):
        op.drop_table(table)


def _at() -> sa.Column[str]:
    return sa.Column("at", _TIME, nullable=False)


def _texts(*names: str) -> tuple[sa.Column[str], ...]:
    return tuple(sa.Column(name, sa.Text, nullable=False) for name in names)


def _create(name: str, first: sa.Column[Any], *columns: sa.Column[Any]) -> None:
    op.create_table(name, first, *columns, sa.PrimaryKeyConstraint(first.name, name=f"pk_{name}"))


def _refuse(sqlite: bool) -> None:
    for table in APPEND_ONLY:
        for verb in ("UPDATE", "DELETE") if sqlite else ("UPDATE", "DELETE", "TRUNCATE"):
            each = "STATEMENT" if verb == "TRUNCATE" else "ROW"
            done = (
                f"BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
                if sqlite
                else f"FOR EACH {each} EXECUTE FUNCTION clew_refuse()"
            )
            op.execute(f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {done}")
