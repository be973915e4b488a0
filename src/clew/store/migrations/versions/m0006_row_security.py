"""Row-level security on PostgreSQL: without a word made from the workspace's keys no table shows or takes a row.

On SQLCipher nothing changes. Going back takes the guards away, and no data.
"""

from alembic import op

from clew.store import row_security

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        row_security.make_functions(op.get_bind())  # the tables are guarded after the last step, see env.py


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        row_security.unguard_tables(op.get_bind())
