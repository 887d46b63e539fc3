"""The tables of places."""

import sqlalchemy as sa
from alembic import op

revision = "0004_places"
down_revision = "0003_notices"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "delegation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("archived_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
        sa.UniqueConstraint("code", name=op.f("uq_delegation_code")),
    )
    op.create_table(
        "school",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("moe_code", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("former_names", sa.JSON(), nullable=False),
        sa.Column("abbreviations", sa.JSON(), nullable=False),
        sa.Column("initials", sa.String(), nullable=False),
        sa.Column("search_text", sa.String(), nullable=False),
        sa.Column("province", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("tier", sa.String(), nullable=False),
        sa.Column("supervisor", sa.String(), nullable=False),
        sa.Column("remark", sa.String(), nullable=False),
        sa.Column("is_double_first_class", sa.Boolean(), nullable=False),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school")),
        sa.UniqueConstraint("moe_code", name=op.f("uq_school_moe_code")),
    )
    op.create_index(op.f("ix_school_city"), "school", ["city"], unique=False)
    op.create_index(op.f("ix_school_initials"), "school", ["initials"], unique=False)
    op.create_index(op.f("ix_school_name"), "school", ["name"], unique=False)
    op.create_table(
        "venue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("directions", sa.String(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=True),
        sa.Column("permitted_number", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("archived_at", sa.DateTime(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.id"], name=op.f("fk_venue_school_id_school")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_venue")),
    )
    op.create_index("ix_venue_city_name_zh", "venue", ["city", "name_zh"], unique=False)
    op.create_table(
        "hall",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("venue_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_hall_venue_id_venue")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hall")),
        sa.UniqueConstraint("venue_id", "name", name=op.f("uq_hall_venue_id_name")),
    )
    op.create_index(op.f("ix_hall_venue_id"), "hall", ["venue_id"], unique=False)
    op.create_table(
        "venue_gate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("venue_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "direction",
            sa.Enum(
                "entrance",
                "exit",
                "both",
                name="gatedirection",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["venue_id"], ["venue.id"], name=op.f("fk_venue_gate_venue_id_venue")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_venue_gate")),
        sa.UniqueConstraint("venue_id", "name", name=op.f("uq_venue_gate_venue_id_name")),
    )
    op.create_index(op.f("ix_venue_gate_venue_id"), "venue_gate", ["venue_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_venue_gate_venue_id"), table_name="venue_gate")
    op.drop_table("venue_gate")
    op.drop_index(op.f("ix_hall_venue_id"), table_name="hall")
    op.drop_table("hall")
    op.drop_index("ix_venue_city_name_zh", table_name="venue")
    op.drop_table("venue")
    op.drop_index(op.f("ix_school_name"), table_name="school")
    op.drop_index(op.f("ix_school_initials"), table_name="school")
    op.drop_index(op.f("ix_school_city"), table_name="school")
    op.drop_table("school")
    op.drop_table("delegation")
