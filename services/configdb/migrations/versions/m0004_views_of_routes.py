"""Views of the list of HTTP routes are views of that of all routes, which shows HTTP routes."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "UPDATE saved_views SET page = 'routes', query = CASE query WHEN '' THEN 'kind=HTTPRoute' "
        "ELSE 'kind=HTTPRoute&' || query END WHERE page = 'httproutes'"
    )


def downgrade() -> None:
    op.execute("UPDATE saved_views SET page = 'httproutes' WHERE page = 'routes'")
