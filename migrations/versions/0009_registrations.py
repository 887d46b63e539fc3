"""The tables of registrations."""

import sqlalchemy as sa
from alembic import op

revision = "0009_registrations"
down_revision = "0008_participations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fair_seats",
        sa.Column("fair_id", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.CheckConstraint("taken >= 0", name=op.f("ck_fair_seats_taken")),
        sa.ForeignKeyConstraint(["fair_id"], ["fair.id"], name=op.f("fk_fair_seats_fair_id_fair")),
        sa.PrimaryKeyConstraint("fair_id", name=op.f("pk_fair_seats")),
    )
    op.create_table(
        "registration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("fair_id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "confirmed",
                "waitlisted",
                "cancelled",
                name="registrationstatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "source",
            sa.Enum(
                "self",
                "walk_in",
                "desk",
                "import",
                name="registrationsource",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("verified_at", sa.DateTime(), nullable=True),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("registered_at", sa.DateTime(), nullable=False),
        sa.Column("waitlisted_at", sa.DateTime(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(), nullable=True),
        sa.Column("cancel_reason", sa.String(), nullable=False),
        sa.Column("reminded_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["fair_id"], ["fair.id"], name=op.f("fk_registration_fair_id_fair")
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["student.id"], name=op.f("fk_registration_student_id_student")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
        sa.UniqueConstraint(
            "fair_id", "student_id", name=op.f("uq_registration_fair_id_student_id")
        ),
        sa.UniqueConstraint("uid", name=op.f("uq_registration_uid")),
    )
    op.create_index(
        "ix_registration_fair_id_status_waitlisted_at",
        "registration",
        ["fair_id", "status", "waitlisted_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_registration_student_id"), "registration", ["student_id"], unique=False
    )
    op.create_table(
        "ticket",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("fair_id", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("short_code", sa.String(), nullable=False),
        sa.Column("issued_at", sa.DateTime(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.Column("revoked_why", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fair.id"], name=op.f("fk_ticket_fair_id_fair")),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_ticket_registration_id_registration"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket")),
        sa.UniqueConstraint("fair_id", "short_code", name=op.f("uq_ticket_fair_id_short_code")),
        sa.UniqueConstraint("hash", name=op.f("uq_ticket_hash")),
        sa.UniqueConstraint(
            "registration_id", "generation", name=op.f("uq_ticket_registration_id_generation")
        ),
    )
    op.create_index(op.f("ix_ticket_registration_id"), "ticket", ["registration_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_ticket_registration_id"), table_name="ticket")
    op.drop_table("ticket")
    op.drop_index(op.f("ix_registration_student_id"), table_name="registration")
    op.drop_index("ix_registration_fair_id_status_waitlisted_at", table_name="registration")
    op.drop_table("registration")
    op.drop_table("fair_seats")
