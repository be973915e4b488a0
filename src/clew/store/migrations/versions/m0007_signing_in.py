"""Second factors, accounts elsewhere, known browsers, and sessions that tell where they are and what proved them.

Either way everybody signs in anew. Going back is refused where an account has a second factor or signs in elsewhere: an
older clew would let in whoever knows its password.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_TIME = sa.String(32)
_ADDED = (
    ("number", sa.String(40)), ("way", sa.Text), ("strong", sa.Integer), ("client", sa.Text), ("bound", sa.Text),
    ("device", sa.Text), ("proved_at", _TIME),
)  # fmt: skip


def upgrade() -> None:
    _sessions(*(sa.Column(name, kind, nullable=False) for name, kind in _ADDED))
    _create(
        "factors", ("id",), sa.Column("id", sa.String(40), nullable=False), _account("factors"),
        sa.Column("kind", sa.Text, nullable=False), sa.Column("label", sa.Text, nullable=False),
        sa.Column("mark", sa.String(80), nullable=False), sa.Column("wrapped", sa.LargeBinary),
        sa.Column("counter", sa.Integer, nullable=False), sa.Column("made_at", _TIME, nullable=False),
        sa.Column("used_at", _TIME), sa.Column("ended_at", _TIME), sa.UniqueConstraint("mark", name="uq_factors_mark"),
    )  # fmt: skip
    op.create_index("ix_factors_account", "factors", ["account"])
    _create(
        "known_devices", ("token", "account"), sa.Column("token", sa.String(64), nullable=False),
        _account("known_devices"), sa.Column("seen_at", _TIME, nullable=False),
    )  # fmt: skip
    _create(
        "sign_in_steps", ("token",), sa.Column("token", sa.String(64), nullable=False),
        sa.Column("kind", sa.Text, nullable=False), _account("sign_in_steps", nullable=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False), sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
    )  # fmt: skip
    op.create_index("ix_sign_in_steps_account", "sign_in_steps", ["account"])


def downgrade() -> None:
    standing = "SELECT count(*) FROM factors WHERE ended_at IS NULL"
    if op.get_bind().execute(sa.text(standing)).scalar():
        raise RuntimeError("accounts have second factors: an older clew would not ask for them")
    for table in ("sign_in_steps", "known_devices", "factors"):
        op.drop_table(table)
    _sessions()


def _sessions(*added: sa.Column[Any]) -> None:
    """The table anew: SQLite adds no column that must not be empty."""
    op.drop_table("sessions")
    _create(
        "sessions", ("token",), sa.Column("token", sa.String(64), nullable=False), _account("sessions"),
        sa.Column("purpose", sa.Text, nullable=False), sa.Column("issued_at", _TIME, nullable=False),
        sa.Column("seen_at", _TIME, nullable=False), *added,
    )  # fmt: skip
    op.create_index("ix_sessions_account", "sessions", ["account"])


def _account(table: str, *, nullable: bool = False) -> sa.Column[Any]:
    key = sa.ForeignKey("accounts.id", name=f"fk_{table}_account")
    return sa.Column("account", sa.String(40), key, nullable=nullable)


def _create(name: str, keys: tuple[str, ...], *columns: Any) -> None:
    op.create_table(name, *columns, sa.PrimaryKeyConstraint(*keys, name=f"pk_{name}"))
