"""The tables of participations."""

import sqlalchemy as sa
from alembic import op

revision = "0008_participations"
down_revision = "0007_students"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "booth",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fair_id", sa.Integer(), nullable=False),
        sa.Column("hall", sa.String(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("column", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "booth",
                "aisle",
                "blocked",
                "entrance",
                name="boothkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("has_power", sa.Boolean(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fair.id"], name=op.f("fk_booth_fair_id_fair")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booth")),
        sa.UniqueConstraint("fair_id", "code", name=op.f("uq_booth_fair_id_code")),
        sa.UniqueConstraint(
            "fair_id", "hall", "row", "column", name=op.f("uq_booth_fair_id_hall_row_column")
        ),
    )
    op.create_index("ix_booth_fair_id_zone", "booth", ["fair_id", "zone"], unique=False)
    op.create_table(
        "booth_zone",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fair_id", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("delegation_id", sa.Integer(), nullable=True),
        sa.Column(
            "pillar_industry",
            sa.Enum(
                "apparel",
                "footwear_leather",
                "electrical",
                "auto_parts",
                "pumps_valves",
                name="pillarindustry",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(
            ["delegation_id"],
            ["delegation.id"],
            name=op.f("fk_booth_zone_delegation_id_delegation"),
        ),
        sa.ForeignKeyConstraint(["fair_id"], ["fair.id"], name=op.f("fk_booth_zone_fair_id_fair")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booth_zone")),
        sa.UniqueConstraint("fair_id", "zone", name=op.f("uq_booth_zone_fair_id_zone")),
    )
    op.create_table(
        "participation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fair_id", sa.Integer(), nullable=False),
        sa.Column("employer_id", sa.Integer(), nullable=False),
        sa.Column("delegation_id", sa.Integer(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "submitted",
                "returned",
                "rejected",
                "waitlisted",
                "approved",
                "confirmed",
                "lapsed",
                "withdrawn",
                "arrived",
                "no_show",
                name="participationstatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("status_reason", sa.String(), nullable=False),
        sa.Column("booth_id", sa.Integer(), nullable=True),
        sa.Column("public_code", sa.String(), nullable=False),
        sa.Column("needs_power", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(), nullable=True),
        sa.Column("reviewed_by_id", sa.Integer(), nullable=True),
        sa.Column("confirm_by", sa.DateTime(), nullable=True),
        sa.Column("reminded_at", sa.DateTime(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(), nullable=True),
        sa.Column("arrived_at", sa.DateTime(), nullable=True),
        sa.Column("arrived_via", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "booth_id is null or status in ('approved', 'confirmed', 'arrived', 'no_show')",
            name=op.f("ck_participation_booth"),
        ),
        sa.ForeignKeyConstraint(
            ["booth_id"], ["booth.id"], name=op.f("fk_participation_booth_id_booth")
        ),
        sa.ForeignKeyConstraint(
            ["delegation_id"],
            ["delegation.id"],
            name=op.f("fk_participation_delegation_id_delegation"),
        ),
        sa.ForeignKeyConstraint(
            ["employer_id"], ["employer.id"], name=op.f("fk_participation_employer_id_employer")
        ),
        sa.ForeignKeyConstraint(
            ["fair_id"], ["fair.id"], name=op.f("fk_participation_fair_id_fair")
        ),
        sa.ForeignKeyConstraint(
            ["reviewed_by_id"], ["user.id"], name=op.f("fk_participation_reviewed_by_id_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participation")),
        sa.UniqueConstraint("booth_id", name=op.f("uq_participation_booth_id")),
        sa.UniqueConstraint(
            "fair_id", "employer_id", name=op.f("uq_participation_fair_id_employer_id")
        ),
        sa.UniqueConstraint("public_code", name=op.f("uq_participation_public_code")),
    )
    op.create_index(
        op.f("ix_participation_delegation_id"), "participation", ["delegation_id"], unique=False
    )
    op.create_index(
        op.f("ix_participation_employer_id"), "participation", ["employer_id"], unique=False
    )
    op.create_index(
        "ix_participation_fair_id_status", "participation", ["fair_id", "status"], unique=False
    )
    op.create_table(
        "booth_move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fair_id", sa.Integer(), nullable=False),
        sa.Column("participation_id", sa.Integer(), nullable=False),
        sa.Column("from_booth_id", sa.Integer(), nullable=True),
        sa.Column("to_booth_id", sa.Integer(), nullable=True),
        sa.Column("batch", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_booth_move_by_id_user")),
        sa.ForeignKeyConstraint(["fair_id"], ["fair.id"], name=op.f("fk_booth_move_fair_id_fair")),
        sa.ForeignKeyConstraint(
            ["from_booth_id"], ["booth.id"], name=op.f("fk_booth_move_from_booth_id_booth")
        ),
        sa.ForeignKeyConstraint(
            ["participation_id"],
            ["participation.id"],
            name=op.f("fk_booth_move_participation_id_participation"),
        ),
        sa.ForeignKeyConstraint(
            ["to_booth_id"], ["booth.id"], name=op.f("fk_booth_move_to_booth_id_booth")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booth_move")),
    )
    op.create_index(op.f("ix_booth_move_batch"), "booth_move", ["batch"], unique=False)
    op.create_index(op.f("ix_booth_move_fair_id"), "booth_move", ["fair_id"], unique=False)
    op.create_table(
        "offered_position",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("participation_id", sa.Integer(), nullable=False),
        sa.Column("position_id", sa.Integer(), nullable=False),
        sa.Column("openings", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "openings is null or openings > 0", name=op.f("ck_offered_position_openings")
        ),
        sa.ForeignKeyConstraint(
            ["participation_id"],
            ["participation.id"],
            name=op.f("fk_offered_position_participation_id_participation"),
        ),
        sa.ForeignKeyConstraint(
            ["position_id"], ["position.id"], name=op.f("fk_offered_position_position_id_position")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offered_position")),
        sa.UniqueConstraint(
            "participation_id",
            "position_id",
            name=op.f("uq_offered_position_participation_id_position_id"),
        ),
    )
    op.create_index(
        op.f("ix_offered_position_position_id"), "offered_position", ["position_id"], unique=False
    )
    op.create_table(
        "representative",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("participation_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("job_title", sa.String(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["participation_id"],
            ["participation.id"],
            name=op.f("fk_representative_participation_id_participation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_representative")),
    )
    op.create_index(
        op.f("ix_representative_participation_id"),
        "representative",
        ["participation_id"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_representative_participation_id"), table_name="representative")
    op.drop_table("representative")
    op.drop_index(op.f("ix_offered_position_position_id"), table_name="offered_position")
    op.drop_table("offered_position")
    op.drop_index(op.f("ix_booth_move_fair_id"), table_name="booth_move")
    op.drop_index(op.f("ix_booth_move_batch"), table_name="booth_move")
    op.drop_table("booth_move")
    op.drop_index("ix_participation_fair_id_status", table_name="participation")
    op.drop_index(op.f("ix_participation_employer_id"), table_name="participation")
    op.drop_index(op.f("ix_participation_delegation_id"), table_name="participation")
    op.drop_table("participation")
    op.drop_table("booth_zone")
    op.drop_index("ix_booth_fair_id_zone", table_name="booth")
    op.drop_table("booth")
