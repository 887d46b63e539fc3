"""What stands scan with their phones, and whom they ask: questions that count nowhere."""

import sqlalchemy as sa
from alembic import op

revision = "0029_booth_contacts"
down_revision = "0028_settled_quarantine"
branch_labels = None
depends_on = None

STEPS = (
    "contacted",
    "resume_received",
    "shortlisted",
    "interviewed",
    "preliminary",
    "agreement_signed",
    "offered",
    "tripartite_signed",
    "contract_signed",
    "onboarded",
    "declined_by_student",
    "declined_by_employer",
    "withdrawn",
    "lapsed",
)
STATES = ("waiting", "confirmed", "declined", "withdrawn", "expired")


def word(name, values):
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "booth_contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("participation_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("step", word("step", STEPS), nullable=False),
        sa.Column("scanned_at", sa.DateTime(), nullable=False),
        sa.Column("scan_id", sa.Uuid(), nullable=False),
        sa.Column("state", word("state", STATES), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("lapses_at", sa.DateTime(), nullable=False),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["participation_id"],
            ["participation.id"],
            name=op.f("fk_booth_contact_participation_id_participation"),
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_booth_contact_registration_id_registration"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booth_contact")),
        sa.UniqueConstraint("uid", name=op.f("uq_booth_contact_uid")),
        sa.UniqueConstraint(
            "participation_id",
            "registration_id",
            name=op.f("uq_booth_contact_participation_id_registration_id"),
        ),
    )
    for column in ("registration_id", "lapses_at"):
        op.create_index(op.f(f"ix_booth_contact_{column}"), "booth_contact", [column])
    op.create_table(
        "booth_scan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("participation_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("ticket_hash", sa.LargeBinary(), nullable=True),
        sa.Column("short_code", sa.String(), nullable=True),
        sa.Column("step", word("step", STEPS), nullable=False),
        sa.Column("scanned_at", sa.DateTime(), nullable=False),
        sa.Column("device_time", sa.DateTime(), nullable=True),
        sa.Column("offset_ms", sa.Integer(), nullable=True),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "ticket_hash is null or short_code is null", name=op.f("ck_booth_scan_ticket")
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["booth_contact.id"],
            name=op.f("fk_booth_scan_contact_id_booth_contact"),
        ),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_booth_scan_device_id_device")
        ),
        sa.ForeignKeyConstraint(
            ["participation_id"],
            ["participation.id"],
            name=op.f("fk_booth_scan_participation_id_participation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booth_scan")),
    )
    op.create_index("ix_booth_scan_device_id_seq", "booth_scan", ["device_id", "seq"])
    for column in ("participation_id", "contact_id"):
        op.create_index(op.f(f"ix_booth_scan_{column}"), "booth_scan", [column])


def downgrade() -> None:
    op.drop_table("booth_scan")
    op.drop_table("booth_contact")
