"""Automatic placement with its reasons, rivals, spare booths, holds while choosing."""

import sqlalchemy as sa
from alembic import op

revision = "0015_placement"
down_revision = "0014_errands"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Plain ALTERs: a copy of the table would have to be let go by every table that points at it.
    for table, column in (
        ("booth", "is_large"),
        ("booth", "is_spare"),
        ("participation", "needs_large"),
    ):
        op.add_column(
            table, sa.Column(column, sa.Boolean(), nullable=False, server_default=sa.false())
        )
    op.add_column("booth_move", sa.Column("because", sa.JSON(), nullable=True))
    op.create_table(
        "floor_plan",
        sa.Column("fair_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("spare", sa.Integer(), nullable=False),
        sa.Column("picks_until", sa.DateTime(), nullable=True),
        sa.CheckConstraint("spare >= 0", name=op.f("ck_floor_plan_spare")),
        sa.ForeignKeyConstraint(["fair_id"], ["fair.id"], name=op.f("fk_floor_plan_fair_id_fair")),
        sa.PrimaryKeyConstraint("fair_id", name=op.f("pk_floor_plan")),
    )
    op.create_table(
        "booth_hold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("booth_id", sa.Integer(), nullable=False),
        sa.Column("participation_id", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["booth_id"], ["booth.id"], name=op.f("fk_booth_hold_booth_id_booth")
        ),
        sa.ForeignKeyConstraint(
            ["participation_id"],
            ["participation.id"],
            name=op.f("fk_booth_hold_participation_id_participation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booth_hold")),
        sa.UniqueConstraint("booth_id", name=op.f("uq_booth_hold_booth_id")),
        sa.UniqueConstraint("participation_id", name=op.f("uq_booth_hold_participation_id")),
    )
    op.create_table(
        "rivalry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("second_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("first_id < second_id", name=op.f("ck_rivalry_order")),
        sa.ForeignKeyConstraint(
            ["first_id"], ["employer.id"], name=op.f("fk_rivalry_first_id_employer")
        ),
        sa.ForeignKeyConstraint(
            ["second_id"], ["employer.id"], name=op.f("fk_rivalry_second_id_employer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rivalry")),
        sa.UniqueConstraint("first_id", "second_id", name=op.f("uq_rivalry_first_id_second_id")),
    )
    op.create_index(op.f("ix_rivalry_second_id"), "rivalry", ["second_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_rivalry_second_id"), table_name="rivalry")
    op.drop_table("rivalry")
    op.drop_table("booth_hold")
    op.drop_table("floor_plan")
    for table, column in (
        ("booth_move", "because"),
        ("participation", "needs_large"),
        ("booth", "is_spare"),
        ("booth", "is_large"),
    ):
        op.drop_column(table, column)
