"""The tables of tours."""

import sqlalchemy as sa
from alembic import op

revision = "0005_tours"
down_revision = "0004_places"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tour",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("title_zh", sa.String(), nullable=False),
        sa.Column("title_en", sa.String(), nullable=False),
        sa.Column("summary_zh", sa.String(), nullable=False),
        sa.Column("summary_en", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("applications_close_at", sa.DateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("archived_at", sa.DateTime(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_tour_dates")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tour")),
        sa.UniqueConstraint("slug", name=op.f("uq_tour_slug")),
    )
    op.create_table(
        "stop",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tour_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("city_en", sa.String(), nullable=False),
        sa.Column("arrives_on", sa.Date(), nullable=False),
        sa.Column("leaves_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.CheckConstraint("leaves_on >= arrives_on", name=op.f("ck_stop_dates")),
        sa.ForeignKeyConstraint(["tour_id"], ["tour.id"], name=op.f("fk_stop_tour_id_tour")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stop")),
    )
    op.create_index("ix_stop_tour_id_position", "stop", ["tour_id", "position"], unique=False)
    op.create_table(
        "tour_delegation",
        sa.Column("tour_id", sa.Integer(), nullable=False),
        sa.Column("delegation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delegation_id"],
            ["delegation.id"],
            name=op.f("fk_tour_delegation_delegation_id_delegation"),
        ),
        sa.ForeignKeyConstraint(
            ["tour_id"], ["tour.id"], name=op.f("fk_tour_delegation_tour_id_tour")
        ),
        sa.PrimaryKeyConstraint("tour_id", "delegation_id", name=op.f("pk_tour_delegation")),
    )
    op.create_table(
        "fair",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("tour_id", sa.Integer(), nullable=True),
        sa.Column("stop_id", sa.Integer(), nullable=True),
        sa.Column("title_zh", sa.String(), nullable=False),
        sa.Column("title_en", sa.String(), nullable=False),
        sa.Column("summary_zh", sa.String(), nullable=False),
        sa.Column("summary_en", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "job_fair",
                "two_way_fair",
                "info_session",
                "special_fair",
                "campus_visit",
                name="fairkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "mode",
            sa.Enum(
                "onsite",
                "online",
                "hybrid",
                name="fairmode",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "place",
            sa.Enum(
                "local",
                "outbound",
                name="fairplace",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("venue_id", sa.Integer(), nullable=True),
        sa.Column("host_school_id", sa.Integer(), nullable=True),
        sa.Column("delegation_id", sa.Integer(), nullable=True),
        sa.Column("starts_at", sa.DateTime(), nullable=False),
        sa.Column("ends_at", sa.DateTime(), nullable=False),
        sa.Column("doors_at", sa.DateTime(), nullable=True),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("registration_opens_at", sa.DateTime(), nullable=True),
        sa.Column("registration_closes_at", sa.DateTime(), nullable=True),
        sa.Column("permitted_number", sa.Integer(), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("expected_people", sa.Integer(), nullable=True),
        sa.Column(
            "reentry",
            sa.Enum(
                "once",
                "reentry",
                "daily",
                "free",
                name="reentrypolicy",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("applications_close_at", sa.DateTime(), nullable=True),
        sa.Column("confirm_by", sa.DateTime(), nullable=True),
        sa.Column("arrivals_from", sa.DateTime(), nullable=True),
        sa.Column("arrivals_until", sa.DateTime(), nullable=True),
        sa.Column("online_visitors", sa.Integer(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "published",
                "postponed",
                "closed",
                "cancelled",
                name="fairstatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("status_reason", sa.String(), nullable=False),
        sa.Column("published_at", sa.DateTime(), nullable=True),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("capacity is null or capacity >= 0", name=op.f("ck_fair_capacity")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_fair_times")),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user.id"], name=op.f("fk_fair_created_by_id_user")
        ),
        sa.ForeignKeyConstraint(
            ["delegation_id"], ["delegation.id"], name=op.f("fk_fair_delegation_id_delegation")
        ),
        sa.ForeignKeyConstraint(
            ["host_school_id"], ["school.id"], name=op.f("fk_fair_host_school_id_school")
        ),
        sa.ForeignKeyConstraint(["stop_id"], ["stop.id"], name=op.f("fk_fair_stop_id_stop")),
        sa.ForeignKeyConstraint(["tour_id"], ["tour.id"], name=op.f("fk_fair_tour_id_tour")),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_fair_venue_id_venue")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fair")),
        sa.UniqueConstraint("slug", name=op.f("uq_fair_slug")),
    )
    op.create_index("ix_fair_city_starts_at", "fair", ["city", "starts_at"], unique=False)
    op.create_index(op.f("ix_fair_delegation_id"), "fair", ["delegation_id"], unique=False)
    op.create_index(op.f("ix_fair_host_school_id"), "fair", ["host_school_id"], unique=False)
    op.create_index("ix_fair_status_starts_at", "fair", ["status", "starts_at"], unique=False)
    op.create_index(op.f("ix_fair_stop_id"), "fair", ["stop_id"], unique=False)
    op.create_index(op.f("ix_fair_tour_id"), "fair", ["tour_id"], unique=False)
    op.create_index(op.f("ix_fair_venue_id"), "fair", ["venue_id"], unique=False)
    op.create_table(
        "fair_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fair_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("done_at", sa.DateTime(), nullable=False),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["done_by_id"], ["user.id"], name=op.f("fk_fair_check_done_by_id_user")
        ),
        sa.ForeignKeyConstraint(["fair_id"], ["fair.id"], name=op.f("fk_fair_check_fair_id_fair")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fair_check")),
        sa.UniqueConstraint("fair_id", "key", name=op.f("uq_fair_check_fair_id_key")),
    )
    op.create_table(
        "fair_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fair_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "police_permit",
                "emergency_plan",
                "security_plan",
                "venue_contract",
                "other",
                name="documentkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("file_key", sa.String(), nullable=True),
        sa.Column("file_name", sa.String(), nullable=True),
        sa.Column("file_type", sa.String(), nullable=True),
        sa.Column("file_size", sa.Integer(), nullable=True),
        sa.Column("file_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["fair_id"], ["fair.id"], name=op.f("fk_fair_document_fair_id_fair")
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by_id"], ["user.id"], name=op.f("fk_fair_document_uploaded_by_id_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fair_document")),
    )
    op.create_index(op.f("ix_fair_document_fair_id"), "fair_document", ["fair_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_fair_document_fair_id"), table_name="fair_document")
    op.drop_table("fair_document")
    op.drop_table("fair_check")
    op.drop_index(op.f("ix_fair_venue_id"), table_name="fair")
    op.drop_index(op.f("ix_fair_tour_id"), table_name="fair")
    op.drop_index(op.f("ix_fair_stop_id"), table_name="fair")
    op.drop_index("ix_fair_status_starts_at", table_name="fair")
    op.drop_index(op.f("ix_fair_host_school_id"), table_name="fair")
    op.drop_index(op.f("ix_fair_delegation_id"), table_name="fair")
    op.drop_index("ix_fair_city_starts_at", table_name="fair")
    op.drop_table("fair")
    op.drop_table("tour_delegation")
    op.drop_index("ix_stop_tour_id_position", table_name="stop")
    op.drop_table("stop")
    op.drop_table("tour")
