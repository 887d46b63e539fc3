"""Messages to many, for whom each was, and who wants none; what notices were written for."""

import sqlalchemy as sa
from alembic import op

revision = "0027_messages"
down_revision = "0026_imports_of_all_kinds"
branch_labels = None
depends_on = None

HAS_CAUSE = sa.text("cause is not null")


def word(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.add_column("user", sa.Column("messages_off_at", sa.DateTime(), nullable=True))
    op.add_column("notice", sa.Column("cause", sa.String(), nullable=True))
    op.create_index(
        "ix_notice_cause",
        "notice",
        ["cause", "channel", "status"],
        unique=False,
        sqlite_where=HAS_CAUSE,
        postgresql_where=HAS_CAUSE,
    )
    op.create_table(
        "organiser_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("fair_id", sa.Integer(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "segment",
            word(
                "segment",
                "employers_confirmed",
                "employers_unconfirmed",
                "employers_undecided",
                "employers_returned",
                "employers_waitlisted",
                "students_registered",
                "students_waitlisted",
                "students_attended",
                "students_absent",
                "students_without_intent",
                "candidates_resume",
                "candidates_shortlisted",
                "candidates_interviewed",
                "candidates_preliminary",
            ),
            nullable=False,
        ),
        sa.Column("delegation_id", sa.Integer(), nullable=True),
        sa.Column("whole_stop", sa.Boolean(), nullable=False),
        sa.Column("by_mail", sa.Boolean(), nullable=False),
        sa.Column("subject_zh", sa.String(), nullable=False),
        sa.Column("body_zh", sa.String(), nullable=False),
        sa.Column("subject_en", sa.String(), nullable=False),
        sa.Column("body_en", sa.String(), nullable=False),
        sa.Column("status", word("messagestatus", "sending", "sent", "stopped"), nullable=False),
        sa.Column("heads", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("mails", sa.Integer(), nullable=False),
        sa.Column("declined", sa.Integer(), nullable=False),
        sa.Column("unreachable", sa.Integer(), nullable=False),
        sa.Column("written", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "(subject_en = '') = (body_en = '')", name=op.f("ck_organiser_message_english")
        ),
        sa.ForeignKeyConstraint(
            ["fair_id"], ["fair.id"], name=op.f("fk_organiser_message_fair_id_fair")
        ),
        sa.ForeignKeyConstraint(
            ["delegation_id"],
            ["delegation.id"],
            name=op.f("fk_organiser_message_delegation_id_delegation"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user.id"], name=op.f("fk_organiser_message_created_by_id_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organiser_message")),
        sa.UniqueConstraint("uid", name=op.f("uq_organiser_message_uid")),
        sa.UniqueConstraint("key", name=op.f("uq_organiser_message_key")),
        sa.UniqueConstraint(
            "fair_id",
            "sent_on",
            "number",
            name=op.f("uq_organiser_message_fair_id_sent_on_number"),
        ),
    )
    op.create_table(
        "message_recipient",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("fair_id", sa.Integer(), nullable=False),
        sa.Column(
            "status", word("recipientstatus", "waiting", "written", "left_out"), nullable=False
        ),
        sa.Column("at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["organiser_message.id"],
            name=op.f("fk_message_recipient_message_id_organiser_message"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_message_recipient_user_id_user")
        ),
        sa.ForeignKeyConstraint(
            ["fair_id"], ["fair.id"], name=op.f("fk_message_recipient_fair_id_fair")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_recipient")),
        sa.UniqueConstraint(
            "message_id", "user_id", name=op.f("uq_message_recipient_message_id_user_id")
        ),
    )
    op.create_index(
        op.f("ix_message_recipient_user_id"), "message_recipient", ["user_id"], unique=False
    )
    op.create_index(
        "ix_message_recipient_message_id_status_id",
        "message_recipient",
        ["message_id", "status", "id"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_table("message_recipient")
    op.drop_table("organiser_message")
    op.drop_index("ix_notice_cause", table_name="notice")
    op.drop_column("notice", "cause")
    op.drop_column("user", "messages_off_at")
