"""The tables of notices."""

import sqlalchemy as sa
from alembic import op

revision = "0003_notices"
down_revision = "0002_audit"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "mail",
                "sms",
                "inbox",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("recipient", sa.LargeBinary(), nullable=False),
        sa.Column("recipient_label", sa.String(), nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.Column("is_wiped", sa.Boolean(), nullable=False),
        sa.Column("fair_id", sa.Integer(), nullable=True),
        sa.Column("budget_key", sa.String(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "queued",
                "sent",
                "failed",
                name="noticestatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(), nullable=False),
        sa.Column("last_error", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        sa.Column("read_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("uid", name=op.f("uq_notice_uid")),
    )
    op.create_index(
        "ix_notice_budget_key_created_at", "notice", ["budget_key", "created_at"], unique=False
    )
    op.create_index(
        "ix_notice_channel_created_at", "notice", ["channel", "created_at"], unique=False
    )
    op.create_index(op.f("ix_notice_fair_id"), "notice", ["fair_id"], unique=False)
    op.create_index(
        "ix_notice_status_next_attempt_at", "notice", ["status", "next_attempt_at"], unique=False
    )
    op.create_index(
        "ix_notice_template_is_wiped_created_at",
        "notice",
        ["template", "is_wiped", "created_at"],
        unique=False,
    )
    op.create_index(op.f("ix_notice_user_id"), "notice", ["user_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_notice_user_id"), table_name="notice")
    op.drop_index("ix_notice_template_is_wiped_created_at", table_name="notice")
    op.drop_index("ix_notice_status_next_attempt_at", table_name="notice")
    op.drop_index(op.f("ix_notice_fair_id"), table_name="notice")
    op.drop_index("ix_notice_channel_created_at", table_name="notice")
    op.drop_index("ix_notice_budget_key_created_at", table_name="notice")
    op.drop_table("notice")
