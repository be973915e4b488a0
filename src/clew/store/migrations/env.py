"""Runs the steps on the connection that the vault hands over, inside its transaction."""

from alembic import context

from clew.store import row_security
from clew.store.models import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    transaction_per_migration=False,
)
context.run_migrations()
if connection.dialect.name == "postgresql":
    row_security.guard_tables(connection)
