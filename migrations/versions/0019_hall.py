"""Rulings about stored scans, and paper lists."""

import sqlalchemy as sa
from alembic import op

revision = "0019_hall"
down_revision = "0018_reviews"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ruling",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("fair_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "keep_one",
                "all_right",
                "device_range",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("registration_id", sa.Integer(), nullable=True),
        sa.Column("device_id", sa.Integer(), nullable=True),
        sa.Column("kept_scan_id", sa.Uuid(), nullable=True),
        sa.Column("scans", sa.JSON(), nullable=False),
        sa.Column("voided", sa.JSON(), nullable=False),
        sa.Column("restored", sa.JSON(), nullable=False),
        sa.Column("duplicates", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(), nullable=True),
        sa.Column("last_at", sa.DateTime(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["fair_id"], ["fair.id"], name=op.f("fk_ruling_fair_id_fair")),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_ruling_registration_id_registration"),
        ),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_ruling_device_id_device")
        ),
        sa.ForeignKeyConstraint(
            ["kept_scan_id"], ["scan.id"], name=op.f("fk_ruling_kept_scan_id_scan")
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["user.id"], name=op.f("fk_ruling_made_by_id_user")
        ),
        sa.ForeignKeyConstraint(
            ["undone_by_id"], ["user.id"], name=op.f("fk_ruling_undone_by_id_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ruling")),
        sa.UniqueConstraint("uid", name=op.f("uq_ruling_uid")),
    )
    op.create_index("ix_ruling_fair_id_kind", "ruling", ["fair_id", "kind"], unique=False)
    op.create_index(op.f("ix_ruling_registration_id"), "ruling", ["registration_id"], unique=False)
    op.create_table(
        "paper_list",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("fair_id", sa.Integer(), nullable=False),
        sa.Column("gate_id", sa.Integer(), nullable=True),
        sa.Column("came_at", sa.DateTime(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("lines", sa.LargeBinary(), nullable=False),
        sa.Column("entered", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("applied_at", sa.DateTime(), nullable=True),
        sa.Column("applied_by_id", sa.Integer(), nullable=True),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["fair_id"], ["fair.id"], name=op.f("fk_paper_list_fair_id_fair")),
        sa.ForeignKeyConstraint(["gate_id"], ["gate.id"], name=op.f("fk_paper_list_gate_id_gate")),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["user.id"], name=op.f("fk_paper_list_made_by_id_user")
        ),
        sa.ForeignKeyConstraint(
            ["applied_by_id"], ["user.id"], name=op.f("fk_paper_list_applied_by_id_user")
        ),
        sa.ForeignKeyConstraint(
            ["undone_by_id"], ["user.id"], name=op.f("fk_paper_list_undone_by_id_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_list")),
        sa.UniqueConstraint("uid", name=op.f("uq_paper_list_uid")),
    )
    op.create_index(op.f("ix_paper_list_fair_id"), "paper_list", ["fair_id"], unique=False)


def downgrade() -> None:
    op.drop_table("paper_list")
    op.drop_table("ruling")
