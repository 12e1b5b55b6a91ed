"""Requests that people keep for a gateway, with the answer they expect."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_requests",
        sa.Column("id", sa.String(16), primary_key=True),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("cluster", "namespace", "gateway", "name", "request", "expected")
        ),
        sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.UniqueConstraint("cluster", "namespace", "gateway", "name"),
    )


def downgrade() -> None:
    op.drop_table("saved_requests")
