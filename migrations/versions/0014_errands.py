"""Errands; students lose a column nothing reads."""

import sqlalchemy as sa
from alembic import op

revision = "0014_errands"
down_revision = "0013_reports"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "errand",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column("cursor", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("done_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_errand")),
    )
    op.create_index("ix_errand_done_at_due_at", "errand", ["done_at", "due_at"], unique=False)
    op.drop_index(op.f("ix_student_name_key"), table_name="student")
    op.drop_column("student", "name_key")


def downgrade() -> None:
    op.add_column("student", sa.Column("name_key", sa.String(), nullable=False, server_default=""))
    op.create_index(op.f("ix_student_name_key"), "student", ["name_key"], unique=False)
    op.drop_index("ix_errand_done_at_due_at", table_name="errand")
    op.drop_table("errand")
