"""The vault as it was first: sources, sealed records, accounts, judgements, releases and the audit log."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = ("judgements", "releases", "audit")
_TIME = sa.String(32)


def upgrade() -> None:
    _tables_of_records()
    _tables_of_accounts()
    _tables_that_only_grow()
    if op.get_bind().dialect.name == "sqlite":
        _refuse_on_sqlite()
    else:
        _refuse_on_postgresql()


def downgrade() -> None:
    tables = (
        "audit_head", "audit", "releases", "judgements", "once_tokens", "sessions", "attempts", "accounts",
        "sealed_records", "person_keys", "sources", "meta",
    )  # fmt: skip
    for table in tables:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION clew_refuse()")


def _tables_of_records() -> None:
    op.create_table(
        "meta",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_meta"),
    )
    op.create_table(
        "sources",
        sa.Column("id", sa.String(40), nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("name", "basis", "purpose")),
        sa.Column("retention_days", sa.Integer, nullable=False),
        sa.Column("tlp", sa.Text, nullable=False),
        sa.Column("added_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sources"),
    )
    op.create_table(
        "person_keys",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("wrapped", sa.LargeBinary),
        sa.Column("destroyed_at", _TIME),
        sa.PrimaryKeyConstraint("id", name="pk_person_keys"),
    )
    op.create_table(
        "sealed_records",
        sa.Column("record_id", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("person_key", sa.String(40), nullable=False),
        sa.Column("blob", sa.LargeBinary, nullable=False),
        sa.Column("sealed_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("record_id", name="pk_sealed_records"),
        sa.ForeignKeyConstraint(["source"], ["sources.id"], name="fk_sealed_records_source"),
        sa.ForeignKeyConstraint(["person_key"], ["person_keys.id"], name="fk_sealed_records_person_key"),
    )
    for column in ("kind", "source", "person_key"):
        op.create_index(f"ix_sealed_records_{column}", "sealed_records", [column])


def _tables_of_accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("password", sa.Text),
        sa.Column("roles", sa.Text, nullable=False),
        sa.Column("organisation", sa.Text, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("closed_at", _TIME),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.UniqueConstraint("key", name="uq_accounts_key"),
    )
    op.create_table(
        "attempts",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_attempts"),
    )
    op.create_table(
        "sessions",
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("account", sa.String(40), nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("issued_at", _TIME, nullable=False),
        sa.Column("seen_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("token", name="pk_sessions"),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_sessions_account"),
    )
    op.create_table(
        "once_tokens",
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("account", sa.String(40), nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("used_at", _TIME),
        sa.PrimaryKeyConstraint("token", name="pk_once_tokens"),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_once_tokens_account"),
    )
    for table in ("sessions", "once_tokens"):
        op.create_index(f"ix_{table}_account", table, ["account"])


def _tables_that_only_grow() -> None:
    op.create_table(
        "judgements",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("lead", sa.String(80), nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("verdict", "reason", "actor")),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("reverses", sa.String(40)),
        sa.Column("signature", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_judgements"),
        sa.ForeignKeyConstraint(["reverses"], ["judgements.id"], name="fk_judgements_reverses"),
        sa.UniqueConstraint("reverses", name="uq_judgements_reverses"),
    )
    op.create_index("ix_judgements_lead", "judgements", ["lead"])
    op.create_table(
        "releases",
        sa.Column("id", sa.String(40), nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("title", "dataset", "method", "guarantee")),
        sa.Column("epsilon", sa.Float(53), nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("sha256", "fingerprint", "actor")),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("report", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_releases"),
        sa.UniqueConstraint("fingerprint", name="uq_releases_fingerprint"),
    )
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("actor", "action", "object", "purpose", "detail", "previous", "hash")
        ),
        sa.PrimaryKeyConstraint("seq", name="pk_audit"),
    )
    for column in ("object", "actor"):
        op.create_index(f"ix_audit_{column}", "audit", [column])
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("mac", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
    )


def _refuse_on_sqlite() -> None:
    acts = [(table, verb) for table in APPEND_ONLY for verb in ("UPDATE", "DELETE")]
    for table, verb in [*acts, ("audit_head", "DELETE")]:
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
        )


def _refuse_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION clew_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% only grows', TG_TABLE_NAME; END $$"
    )
    acts = [(table, verb) for table in APPEND_ONLY for verb in ("UPDATE", "DELETE", "TRUNCATE")]
    for table, verb in [*acts, ("audit_head", "DELETE"), ("audit_head", "TRUNCATE")]:
        each = "STATEMENT" if verb == "TRUNCATE" else "ROW"
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"FOR EACH {each} EXECUTE FUNCTION clew_refuse()"
        )
