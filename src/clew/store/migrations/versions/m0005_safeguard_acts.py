"""Acts on rights: rows on records, emergency access, second signatures, first answers, reviews that persons ask for.

Going back loses all of them, so it is refused where a row narrows a record: an older clew would open it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLE = "safeguard_acts"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("about", sa.String(120), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{TABLE}"),
    )
    for column in ("kind", "about"):
        op.create_index(f"ix_{TABLE}_{column}", TABLE, [column])
    sqlite = op.get_bind().dialect.name == "sqlite"
    for verb in ("UPDATE", "DELETE") if sqlite else ("UPDATE", "DELETE", "TRUNCATE"):
        each = "STATEMENT" if verb == "TRUNCATE" else "ROW"
        refusal = f"BEGIN SELECT RAISE(ABORT, '{TABLE} only grows'); END"
        done = refusal if sqlite else f"FOR EACH {each} EXECUTE FUNCTION clew_refuse()"
        op.execute(f"CREATE TRIGGER {TABLE}_no_{verb.lower()} BEFORE {verb} ON {TABLE} {done}")


def downgrade() -> None:
    narrowed = sa.text(f"SELECT count(*) FROM {TABLE} WHERE kind = 'narrow'")  # noqa: S608 (the name is ours)
    if op.get_bind().execute(narrowed).scalar():
        raise RuntimeError("records are narrowed by rows: an older clew would open them")
    op.drop_table(TABLE)
