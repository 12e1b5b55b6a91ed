"""What Alembic runs: migrations, on the connection and in the transaction of upgrade()."""

from alembic import context

from services.configdb.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
