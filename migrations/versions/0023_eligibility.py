"""Whom a fair is for."""

import sqlalchemy as sa
from alembic import op

revision = "0023_eligibility"
down_revision = "0022_suggestions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fair_eligibility",
        sa.Column("fair_id", sa.Integer(), nullable=False),
        sa.Column("levels", sa.JSON(), nullable=False),
        sa.Column("schools", sa.JSON(), nullable=False),
        sa.Column("majors", sa.JSON(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["fair_id"], ["fair.id"], name=op.f("fk_fair_eligibility_fair_id_fair")
        ),
        sa.PrimaryKeyConstraint("fair_id", name=op.f("pk_fair_eligibility")),
    )


def downgrade() -> None:
    op.drop_table("fair_eligibility")
