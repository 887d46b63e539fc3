"""The tables of employers."""

import sqlalchemy as sa
from alembic import op

revision = "0006_employers"
down_revision = "0005_tours"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "employer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("short_name", sa.String(), nullable=False),
        sa.Column("uscc", sa.String(), nullable=True),
        sa.Column("registration_number", sa.String(), nullable=True),
        sa.Column(
            "ownership",
            sa.Enum(
                "state_owned",
                "private",
                "foreign",
                "public_institution",
                "government",
                "social_org",
                "other",
                name="ownership",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("industry", sa.String(), nullable=False),
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
        sa.Column("delegation_id", sa.Integer(), nullable=True),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("headcount", sa.String(), nullable=False),
        sa.Column("website", sa.String(), nullable=False),
        sa.Column("introduction", sa.String(), nullable=False),
        sa.Column("contact_name", sa.String(), nullable=False),
        sa.Column("contact_phone", sa.LargeBinary(), nullable=True),
        sa.Column("contact_email", sa.String(), nullable=False),
        sa.Column("licence_valid_until", sa.Date(), nullable=True),
        sa.Column("initials", sa.String(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "pending",
                "returned",
                "approved",
                "rejected",
                "suspended",
                name="employerstatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("status_reason", sa.String(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(), nullable=True),
        sa.Column("reviewed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("file_key", sa.String(), nullable=True),
        sa.Column("file_name", sa.String(), nullable=True),
        sa.Column("file_type", sa.String(), nullable=True),
        sa.Column("file_size", sa.Integer(), nullable=True),
        sa.Column("file_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["delegation_id"], ["delegation.id"], name=op.f("fk_employer_delegation_id_delegation")
        ),
        sa.ForeignKeyConstraint(
            ["reviewed_by_id"], ["user.id"], name=op.f("fk_employer_reviewed_by_id_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employer")),
        sa.UniqueConstraint("name", name=op.f("uq_employer_name")),
        sa.UniqueConstraint("registration_number", name=op.f("uq_employer_registration_number")),
        sa.UniqueConstraint("slug", name=op.f("uq_employer_slug")),
        sa.UniqueConstraint("uscc", name=op.f("uq_employer_uscc")),
    )
    op.create_index(op.f("ix_employer_delegation_id"), "employer", ["delegation_id"], unique=False)
    op.create_index(op.f("ix_employer_initials"), "employer", ["initials"], unique=False)
    op.create_index(op.f("ix_employer_status"), "employer", ["status"], unique=False)
    op.create_index(
        "ix_employer_status_submitted_at", "employer", ["status", "submitted_at"], unique=False
    )
    op.create_table(
        "employer_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("employer_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "administrator",
                "planner",
                "reviewer",
                "supervisor",
                "help_desk",
                "gate_staff",
                "staff",
                "employer_owner",
                "recruiter",
                "student",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("job_title", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("removed_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["employer_id"], ["employer.id"], name=op.f("fk_employer_member_employer_id_employer")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_employer_member_user_id_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employer_member")),
        sa.UniqueConstraint("user_id", name=op.f("uq_employer_member_user_id")),
    )
    op.create_index(
        op.f("ix_employer_member_employer_id"), "employer_member", ["employer_id"], unique=False
    )
    op.create_table(
        "position",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("employer_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("openings", sa.Integer(), nullable=True),
        sa.Column("majors", sa.JSON(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("pay_text", sa.String(), nullable=False),
        sa.Column("pay_low", sa.Integer(), nullable=True),
        sa.Column("pay_high", sa.Integer(), nullable=True),
        sa.Column(
            "pay_period",
            sa.Enum(
                "month",
                "year",
                name="payperiod",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("pay_months", sa.Integer(), nullable=True),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("requirements", sa.String(), nullable=False),
        sa.Column("benefits", sa.String(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("hints", sa.JSON(), nullable=False),
        sa.Column("search_text", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("archived_at", sa.DateTime(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("openings is null or openings > 0", name=op.f("ck_position_openings")),
        sa.CheckConstraint("pay_high is null or pay_high >= pay_low", name=op.f("ck_position_pay")),
        sa.ForeignKeyConstraint(
            ["employer_id"], ["employer.id"], name=op.f("fk_position_employer_id_employer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_position")),
        sa.UniqueConstraint("uid", name=op.f("uq_position_uid")),
    )
    op.create_index(
        "ix_position_employer_id_archived_at",
        "position",
        ["employer_id", "archived_at"],
        unique=False,
    )
    op.create_table(
        "position_level",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("position_id", sa.Integer(), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "doctoral",
                "masters",
                "bachelors",
                "junior_college",
                "vocational",
                "other",
                name="educationlevel",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["position_id"], ["position.id"], name=op.f("fk_position_level_position_id_position")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_position_level")),
        sa.UniqueConstraint(
            "position_id", "level", name=op.f("uq_position_level_position_id_level")
        ),
    )


def downgrade() -> None:
    op.drop_table("position_level")
    op.drop_index("ix_position_employer_id_archived_at", table_name="position")
    op.drop_table("position")
    op.drop_index(op.f("ix_employer_member_employer_id"), table_name="employer_member")
    op.drop_table("employer_member")
    op.drop_index("ix_employer_status_submitted_at", table_name="employer")
    op.drop_index(op.f("ix_employer_status"), table_name="employer")
    op.drop_index(op.f("ix_employer_initials"), table_name="employer")
    op.drop_index(op.f("ix_employer_delegation_id"), table_name="employer")
    op.drop_table("employer")
