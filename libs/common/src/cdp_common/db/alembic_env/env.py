"""The one Alembic environment: runs a service's migrations on the connection that it is given."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes["target_metadata"],
)
with context.begin_transaction():
    context.run_migrations()
