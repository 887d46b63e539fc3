"""The tables of checkins."""

import sqlalchemy as sa
from alembic import op

revision = "0010_checkins"
down_revision = "0009_registrations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "epoch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("began_at", sa.DateTime(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_epoch_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_epoch")),
    )
    op.create_table(
        "display_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fair_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("opened_at", sa.DateTime(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user.id"], name=op.f("fk_display_link_created_by_id_user")
        ),
        sa.ForeignKeyConstraint(
            ["fair_id"], ["fair.id"], name=op.f("fk_display_link_fair_id_fair")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_display_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_display_link_token_hash")),
    )
    op.create_index(op.f("ix_display_link_fair_id"), "display_link", ["fair_id"], unique=False)
    op.create_table(
        "gate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fair_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
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
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["fair_id"], ["fair.id"], name=op.f("fk_gate_fair_id_fair")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate")),
        sa.UniqueConstraint("code", name=op.f("uq_gate_code")),
        sa.UniqueConstraint("fair_id", "name", name=op.f("uq_gate_fair_id_name")),
    )
    op.create_index(op.f("ix_gate_fair_id"), "gate", ["fair_id"], unique=False)
    op.create_table(
        "attendance",
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("fair_id", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(), nullable=False),
        sa.Column("first_gate_id", sa.Integer(), nullable=True),
        sa.Column(
            "last_direction",
            sa.Enum(
                "in", "out", name="direction", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("last_at", sa.DateTime(), nullable=False),
        sa.Column(
            "evidence",
            sa.Enum(
                "staff_scan",
                "screen_code",
                "poster",
                "typed",
                "manual",
                name="evidence",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("duplicates", sa.Integer(), nullable=False),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fair.id"], name=op.f("fk_attendance_fair_id_fair")),
        sa.ForeignKeyConstraint(
            ["first_gate_id"], ["gate.id"], name=op.f("fk_attendance_first_gate_id_gate")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_attendance_registration_id_registration"),
        ),
        sa.PrimaryKeyConstraint("registration_id", name=op.f("pk_attendance")),
    )
    op.create_index(
        "ix_attendance_fair_id_first_at", "attendance", ["fair_id", "first_at"], unique=False
    )
    op.create_index(
        "ix_attendance_fair_id_last_direction",
        "attendance",
        ["fair_id", "last_direction"],
        unique=False,
    )
    op.create_table(
        "device",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("fair_id", sa.Integer(), nullable=False),
        sa.Column("gate_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("acknowledged_seq", sa.Integer(), nullable=False),
        sa.Column("reported_queue", sa.Integer(), nullable=True),
        sa.Column("offset_ms", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=True),
        sa.Column("expires_at", sa.DateTime(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["fair_id"], ["fair.id"], name=op.f("fk_device_fair_id_fair")),
        sa.ForeignKeyConstraint(["gate_id"], ["gate.id"], name=op.f("fk_device_gate_id_gate")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_device_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_device_token_hash")),
        sa.UniqueConstraint("uid", name=op.f("uq_device_uid")),
    )
    op.create_index(op.f("ix_device_fair_id"), "device", ["fair_id"], unique=False)
    op.create_table(
        "gate_staff",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gate_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["gate_id"], ["gate.id"], name=op.f("fk_gate_staff_gate_id_gate")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_gate_staff_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_staff")),
        sa.UniqueConstraint("gate_id", "user_id", name=op.f("uq_gate_staff_gate_id_user_id")),
    )
    op.create_index(op.f("ix_gate_staff_user_id"), "gate_staff", ["user_id"], unique=False)
    op.create_table(
        "quarantined_scan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fair_id", sa.Integer(), nullable=True),
        sa.Column("device_id", sa.Integer(), nullable=True),
        sa.Column("scan_id", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("body_sha256", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_quarantined_scan_device_id_device")
        ),
        sa.ForeignKeyConstraint(
            ["fair_id"], ["fair.id"], name=op.f("fk_quarantined_scan_fair_id_fair")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantined_scan")),
        sa.UniqueConstraint("body_sha256", name=op.f("uq_quarantined_scan_body_sha256")),
    )
    op.create_index(
        op.f("ix_quarantined_scan_fair_id"), "quarantined_scan", ["fair_id"], unique=False
    )
    op.create_table(
        "scan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fair_id", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("gate_id", sa.Integer(), nullable=True),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("ticket_hash", sa.LargeBinary(), nullable=True),
        sa.Column(
            "direction",
            sa.Enum(
                "in", "out", name="direction", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("scanned_at", sa.DateTime(), nullable=False),
        sa.Column("device_time", sa.DateTime(), nullable=True),
        sa.Column("offset_ms", sa.Integer(), nullable=True),
        sa.Column(
            "source",
            sa.Enum(
                "device",
                "staff",
                "self",
                "desk",
                "paper",
                name="scansource",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "evidence",
            sa.Enum(
                "staff_scan",
                "screen_code",
                "poster",
                "typed",
                "manual",
                name="evidence",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("roster_version", sa.Integer(), nullable=True),
        sa.Column(
            "answer",
            sa.Enum(
                "admitted",
                "unverified",
                "already_admitted",
                "re_entry",
                "exited",
                "unknown",
                "revoked",
                "wrong_fair",
                "waitlisted",
                "not_open",
                "over",
                "capacity",
                "override",
                "cannot_record",
                name="verdict",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column(
            "shown",
            sa.Enum(
                "admitted",
                "unverified",
                "already_admitted",
                "re_entry",
                "exited",
                "unknown",
                "revoked",
                "wrong_fair",
                "waitlisted",
                "not_open",
                "over",
                "capacity",
                "override",
                "cannot_record",
                name="verdict",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "decision",
            sa.Enum(
                "let_in",
                "turned_away",
                name="decision",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decision_reason", sa.String(), nullable=False),
        sa.Column("voided_at", sa.DateTime(), nullable=True),
        sa.Column("voided_by_id", sa.Integer(), nullable=True),
        sa.Column("void_reason", sa.String(), nullable=False),
        sa.CheckConstraint(
            "(source = 'device' and device_id is not null and seq is not null) or (source in ('staff', 'desk', 'paper') and actor_id is not null) or (source = 'self')",
            name=op.f("ck_scan_who"),
        ),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name=op.f("fk_scan_actor_id_user")),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["user.id"], name=op.f("fk_scan_decided_by_id_user")
        ),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_scan_device_id_device")
        ),
        sa.ForeignKeyConstraint(["fair_id"], ["fair.id"], name=op.f("fk_scan_fair_id_fair")),
        sa.ForeignKeyConstraint(["gate_id"], ["gate.id"], name=op.f("fk_scan_gate_id_gate")),
        sa.ForeignKeyConstraint(
            ["voided_by_id"], ["user.id"], name=op.f("fk_scan_voided_by_id_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan")),
    )
    op.create_index("ix_scan_device_id_seq", "scan", ["device_id", "seq"], unique=False)
    op.create_index("ix_scan_fair_id_scanned_at", "scan", ["fair_id", "scanned_at"], unique=False)
    op.create_index("ix_scan_ticket_hash", "scan", ["ticket_hash"], unique=False)
    op.create_table(
        "admission",
        sa.Column("fair_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("scan_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fair.id"], name=op.f("fk_admission_fair_id_fair")),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_admission_registration_id_registration"),
        ),
        sa.ForeignKeyConstraint(
            ["scan_id"],
            ["scan.id"],
            name=op.f("fk_admission_scan_id_scan"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint(
            "fair_id", "registration_id", "day", "cycle", name=op.f("pk_admission")
        ),
    )
    op.create_index(op.f("ix_admission_scan_id"), "admission", ["scan_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_admission_scan_id"), table_name="admission")
    op.drop_table("admission")
    op.drop_index("ix_scan_ticket_hash", table_name="scan")
    op.drop_index("ix_scan_fair_id_scanned_at", table_name="scan")
    op.drop_index("ix_scan_device_id_seq", table_name="scan")
    op.drop_table("scan")
    op.drop_index(op.f("ix_quarantined_scan_fair_id"), table_name="quarantined_scan")
    op.drop_table("quarantined_scan")
    op.drop_index(op.f("ix_gate_staff_user_id"), table_name="gate_staff")
    op.drop_table("gate_staff")
    op.drop_index(op.f("ix_device_fair_id"), table_name="device")
    op.drop_table("device")
    op.drop_index("ix_attendance_fair_id_last_direction", table_name="attendance")
    op.drop_index("ix_attendance_fair_id_first_at", table_name="attendance")
    op.drop_table("attendance")
    op.drop_index(op.f("ix_gate_fair_id"), table_name="gate")
    op.drop_table("gate")
    op.drop_index(op.f("ix_display_link_fair_id"), table_name="display_link")
    op.drop_table("display_link")
    op.drop_table("epoch")
