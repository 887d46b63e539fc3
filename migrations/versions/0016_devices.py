"""Devices in full: enrolment, roles, PINs, records; versions of tickets.

Columns are added in place: SQLite would refuse to make a table anew that others refer to.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016_devices"
down_revision = "0015_placement"
branch_labels = None
depends_on = None

NEW_COLUMNS = (
    (
        "device",
        "role VARCHAR(32) DEFAULT 'gate' NOT NULL CONSTRAINT ck_device_role CHECK (role IN ('gate', 'booth'))",
    ),
    (
        "device",
        "participation_id INTEGER CONSTRAINT fk_device_participation_id_participation REFERENCES participation (id)",
    ),
    ("device", "contiguous_seq INTEGER DEFAULT 0 NOT NULL"),
    ("device", "pin_tries INTEGER DEFAULT 0 NOT NULL"),
    ("quarantined_scan", "device_uid VARCHAR DEFAULT '' NOT NULL"),
    ("quarantined_scan", "seq INTEGER"),
    ("fair_seats", "version INTEGER DEFAULT 0 NOT NULL"),
    ("ticket", "version INTEGER DEFAULT 0 NOT NULL"),
)


def upgrade() -> None:
    for table, column in NEW_COLUMNS:
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
    op.add_column("device", sa.Column("pin_tried_at", sa.DateTime(), nullable=True))
    op.drop_column("device", "expires_at")
    # Tickets there are get a version each, so that a roster can be read in pages.
    op.execute("UPDATE ticket SET version = id")
    op.execute(
        "UPDATE fair_seats SET version = coalesce("
        "(SELECT max(ticket.version) FROM ticket WHERE ticket.fair_id = fair_seats.fair_id), 0)"
    )
    op.create_index("ix_ticket_fair_id_version", "ticket", ["fair_id", "version"], unique=False)
    op.create_index(
        "ix_quarantined_scan_device_id_seq", "quarantined_scan", ["device_id", "seq"], unique=False
    )
    op.create_table(
        "device_enrolment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fair_id", sa.Integer(), nullable=False),
        sa.Column("gate_id", sa.Integer(), nullable=True),
        sa.Column("secret_hash", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.Column("device_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user.id"], name=op.f("fk_device_enrolment_created_by_id_user")
        ),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_device_enrolment_device_id_device")
        ),
        sa.ForeignKeyConstraint(
            ["fair_id"], ["fair.id"], name=op.f("fk_device_enrolment_fair_id_fair")
        ),
        sa.ForeignKeyConstraint(
            ["gate_id"], ["gate.id"], name=op.f("fk_device_enrolment_gate_id_gate")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_enrolment")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_device_enrolment_secret_hash")),
    )
    op.create_index(
        op.f("ix_device_enrolment_fair_id"), "device_enrolment", ["fair_id"], unique=False
    )
    op.create_table(
        "supervisor_pin",
        sa.Column("fair_id", sa.Integer(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("iterations", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("set_at", sa.DateTime(), nullable=False),
        sa.Column("set_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["fair_id"], ["fair.id"], name=op.f("fk_supervisor_pin_fair_id_fair")
        ),
        sa.ForeignKeyConstraint(
            ["set_by_id"], ["user.id"], name=op.f("fk_supervisor_pin_set_by_id_user")
        ),
        sa.PrimaryKeyConstraint("fair_id", name=op.f("pk_supervisor_pin")),
    )
    op.create_table(
        "scan_record",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scan_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "shown",
                "decision",
                "void",
                name="recordkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("value", sa.String(), nullable=True),
        sa.Column("said_at", sa.DateTime(), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_scan_record_device_id_device")
        ),
        sa.ForeignKeyConstraint(["scan_id"], ["scan.id"], name=op.f("fk_scan_record_scan_id_scan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_record")),
    )
    op.create_index(op.f("ix_scan_record_scan_id"), "scan_record", ["scan_id"], unique=False)


def downgrade() -> None:
    op.drop_table("scan_record")
    op.drop_table("supervisor_pin")
    op.drop_table("device_enrolment")
    op.drop_index("ix_quarantined_scan_device_id_seq", table_name="quarantined_scan")
    op.drop_index("ix_ticket_fair_id_version", table_name="ticket")
    op.add_column("device", sa.Column("expires_at", sa.DateTime(), nullable=True))
    op.drop_column("device", "pin_tried_at")
    for table, column in reversed(NEW_COLUMNS):
        op.drop_column(table, column.split()[0])
