"""The helpline's contacts, the directory of services, and what is recorded and referred on a case."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APPEND_ONLY = ("contact_events", "case_events", "referrals", "referral_events")
_TIME = sa.String(32)


def upgrade() -> None:
    _tables_of_contacts()
    _tables_of_cases()
    if op.get_bind().dialect.name == "sqlite":
        _refuse_on_sqlite()
    else:
        _refuse_on_postgresql()


def downgrade() -> None:
    for table in ("referral_events", "referrals", "case_events", "services", "contact_events", "contacts"):
        op.drop_table(table)


def _texts(*names: str) -> tuple[sa.Column[str], ...]:
    return tuple(sa.Column(name, sa.Text, nullable=False) for name in names)


def _tables_of_contacts() -> None:
    op.create_table(
        "contacts",
        sa.Column("id", sa.String(80), nullable=False),
        *_texts("channel"),
        sa.Column("received", _TIME, nullable=False),
        *_texts("area", "country", "topic", "language"),
        sa.Column("caller", sa.Text),
        *_texts("actor"),
        sa.Column("logged_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_contacts"),
        sa.ForeignKeyConstraint(["id"], ["sealed_records.record_id"], name="fk_contacts_id"),
    )
    for column in ("received", "caller"):
        op.create_index(f"ix_contacts_{column}", "contacts", [column])
    op.create_table(
        "contact_events",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("contact", sa.String(80), nullable=False),
        sa.Column("status", sa.Text),
        sa.Column("case_record", sa.Text),
        *_texts("actor"),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_contact_events"),
        sa.ForeignKeyConstraint(["contact"], ["contacts.id"], name="fk_contact_events_contact"),
    )
    for column in ("contact", "case_record"):
        op.create_index(f"ix_contact_events_{column}", "contact_events", [column])
    op.create_table(
        "services",
        sa.Column("id", sa.String(40), nullable=False),
        *_texts("organisation", "body", "actor"),
        sa.Column("imported_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_services"),
    )
    op.create_index("ix_services_imported_at", "services", ["imported_at"])


def _tables_of_cases() -> None:
    op.create_table(
        "case_events",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("case_record", sa.String(80), nullable=False),
        *_texts("kind"),
        sa.Column("about", sa.String(40)),
        sa.Column("blob", sa.LargeBinary, nullable=False),
        *_texts("actor"),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_case_events"),
        sa.ForeignKeyConstraint(["case_record"], ["sealed_records.record_id"], name="fk_case_events_case_record"),
        sa.ForeignKeyConstraint(["about"], ["case_events.id"], name="fk_case_events_about"),
    )
    op.create_table(
        "referrals",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("case_record", sa.String(80), nullable=False),
        sa.Column("blob", sa.LargeBinary, nullable=False),
        *_texts("actor"),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_referrals"),
        sa.ForeignKeyConstraint(["case_record"], ["sealed_records.record_id"], name="fk_referrals_case_record"),
    )
    for table in ("case_events", "referrals"):
        op.create_index(f"ix_{table}_case_record", table, ["case_record"])
    op.create_table(
        "referral_events",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("referral", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        *_texts("status"),
        sa.Column("blob", sa.LargeBinary, nullable=False),
        *_texts("actor"),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_referral_events"),
        sa.ForeignKeyConstraint(["referral"], ["referrals.id"], name="fk_referral_events_referral"),
        sa.UniqueConstraint("referral", "number", name="uq_referral_events_referral"),
    )
    op.create_index("ix_referral_events_referral", "referral_events", ["referral"])


def _refuse_on_sqlite() -> None:
    for table in APPEND_ONLY:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
            )


def _refuse_on_postgresql() -> None:
    for table in APPEND_ONLY:
        for verb in ("UPDATE", "DELETE", "TRUNCATE"):
            each = "STATEMENT" if verb == "TRUNCATE" else "ROW"
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"FOR EACH {each} EXECUTE FUNCTION clew_refuse()"
            )
