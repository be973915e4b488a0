"""Earlier versions of contacts, and erased contacts emptied of all that rested in the open.

Going back keeps every row but the earlier versions, so it is refused where there are any; what was emptied stays empty.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TIME = sa.String(32)
_EMPTY = "channel = '', received = '1970-01-01T00:00:00.000000+00:00', area = '', country = '', topic = '', language = '', caller = NULL"
_GONE = "SELECT s.record_id FROM sealed_records s JOIN person_keys k ON k.id = s.person_key WHERE k.wrapped IS NULL"
_CLEARS = (
    "NEW.status IS NULL AND NEW.case_record IS NULL AND NEW.id = OLD.id AND NEW.contact = OLD.contact "
    f"AND NEW.actor = OLD.actor AND NEW.at = OLD.at AND OLD.contact IN ({_GONE})"
)
"""The one change to a note that is let through: an erased contact's note is emptied."""


def upgrade() -> None:
    op.create_table(
        "contact_versions",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("contact", sa.String(80), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("changed", sa.Text, nullable=False),
        sa.Column("blob", sa.LargeBinary, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_contact_versions"),
        sa.ForeignKeyConstraint(["contact"], ["contacts.id"], name="fk_contact_versions_contact"),
        sa.UniqueConstraint("contact", "number", name="uq_contact_versions_contact"),
    )
    if op.get_bind().dialect.name == "sqlite":
        _triggers_on_sqlite()
    else:
        _triggers_on_postgresql()
    op.execute(f"UPDATE contacts SET {_EMPTY} WHERE id IN ({_GONE})")  # noqa: S608 (ours)
    op.execute(f"UPDATE contact_events SET status = NULL, case_record = NULL WHERE contact IN ({_GONE})")  # noqa: S608 (ours)


def downgrade() -> None:
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM contact_versions")):
        raise RuntimeError("contacts were corrected: going back would lose what they said before")
    op.drop_table("contact_versions")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER contact_events_no_update")
        op.execute(
            "CREATE TRIGGER contact_events_no_update BEFORE UPDATE ON contact_events "
            "BEGIN SELECT RAISE(ABORT, 'contact_events only grows'); END"
        )
    else:
        op.execute("DROP TRIGGER contact_events_no_update ON contact_events")
        op.execute("DROP FUNCTION clew_refuse_note()")
        op.execute(
            "CREATE TRIGGER contact_events_no_update BEFORE UPDATE ON contact_events "
            "FOR EACH ROW EXECUTE FUNCTION clew_refuse()"
        )


def _triggers_on_sqlite() -> None:
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER contact_versions_no_{verb.lower()} BEFORE {verb} ON contact_versions "
            "BEGIN SELECT RAISE(ABORT, 'contact_versions only grows'); END"
        )
    op.execute("DROP TRIGGER contact_events_no_update")
    op.execute(
        f"CREATE TRIGGER contact_events_no_update BEFORE UPDATE ON contact_events WHEN NOT ({_CLEARS}) "
        "BEGIN SELECT RAISE(ABORT, 'contact_events only grows'); END"
    )


def _triggers_on_postgresql() -> None:
    for verb in ("UPDATE", "DELETE", "TRUNCATE"):
        each = "STATEMENT" if verb == "TRUNCATE" else "ROW"
        op.execute(
            f"CREATE TRIGGER contact_versions_no_{verb.lower()} BEFORE {verb} ON contact_versions "
            f"FOR EACH {each} EXECUTE FUNCTION clew_refuse()"
        )
    op.execute(
        "CREATE FUNCTION clew_refuse_note() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {_CLEARS} THEN RETURN NEW; END IF; RAISE EXCEPTION '% only grows', TG_TABLE_NAME; END $$"
    )
    op.execute("DROP TRIGGER contact_events_no_update ON contact_events")
    op.execute(
        "CREATE TRIGGER contact_events_no_update BEFORE UPDATE ON contact_events "
        "FOR EACH ROW EXECUTE FUNCTION clew_refuse_note()"
    )
