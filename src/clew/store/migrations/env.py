"""Runs the steps on the connection that the vault hands over, inside its transaction."""

from alembic import context

from clew.store.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transaction_per_migration=False,
)
context.run_migrations()
