"""Who did not come, since when, and what was said about it."""

import sqlalchemy as sa
from alembic import op

revision = "0018_reviews"
down_revision = "0017_hall_counts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("participation", sa.Column("no_show_at", sa.DateTime(), nullable=True))
    op.create_table(
        "no_show_appeal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("participation_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("written_at", sa.DateTime(), nullable=False),
        sa.Column("written_by_id", sa.Integer(), nullable=True),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["user.id"], name=op.f("fk_no_show_appeal_decided_by_id_user")
        ),
        sa.ForeignKeyConstraint(
            ["participation_id"],
            ["participation.id"],
            name=op.f("fk_no_show_appeal_participation_id_participation"),
        ),
        sa.ForeignKeyConstraint(
            ["written_by_id"], ["user.id"], name=op.f("fk_no_show_appeal_written_by_id_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_no_show_appeal")),
        sa.UniqueConstraint("participation_id", name=op.f("uq_no_show_appeal_participation_id")),
    )


def downgrade() -> None:
    op.drop_table("no_show_appeal")
    op.drop_column("participation", "no_show_at")
