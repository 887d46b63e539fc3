"""Students may switch suggestions off."""

import sqlalchemy as sa
from alembic import op

revision = "0022_suggestions"
down_revision = "0021_position_index"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "student",
        sa.Column("wants_suggestions", sa.Boolean(), nullable=False, server_default=sa.true()),
    )


def downgrade() -> None:
    op.drop_column("student", "wants_suggestions")
