"""Extra questions of fairs, and what people answered when they registered."""

import sqlalchemy as sa
from alembic import op

revision = "0030_questions"
down_revision = "0029_booth_contacts"
branch_labels = None
depends_on = None


def word(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("fair_id", sa.Integer(), nullable=False),
        sa.Column(
            "occasion", word("occasion", "registration", "students", "employers"), nullable=False
        ),
        sa.Column(
            "kind", word("kind", "short", "long", "one", "any", "file", "rating"), nullable=False
        ),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("label_zh", sa.String(), nullable=False),
        sa.Column("label_en", sa.String(), nullable=False),
        sa.Column("help_zh", sa.String(), nullable=False),
        sa.Column("help_en", sa.String(), nullable=False),
        sa.Column("is_required", sa.Boolean(), nullable=False),
        sa.Column("limit", sa.Integer(), nullable=True),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("retired_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "position is null or position between 1 and 10", name=op.f("ck_question_position")
        ),
        sa.CheckConstraint(
            '"limit" is null or "limit" between 1 and 4000', name=op.f("ck_question_limit")
        ),
        sa.ForeignKeyConstraint(["fair_id"], ["fair.id"], name=op.f("fk_question_fair_id_fair")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
        sa.UniqueConstraint("uid", name=op.f("uq_question_uid")),
        sa.UniqueConstraint(
            "fair_id", "occasion", "position", name=op.f("uq_question_fair_id_occasion_position")
        ),
    )
    op.create_table(
        "registration_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("answered_at", sa.DateTime(), nullable=False),
        sa.Column("file_key", sa.String(), nullable=True),
        sa.Column("file_name", sa.String(), nullable=True),
        sa.Column("file_type", sa.String(), nullable=True),
        sa.Column("file_size", sa.Integer(), nullable=True),
        sa.Column("file_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_registration_answer_registration_id_registration"),
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["question.id"],
            name=op.f("fk_registration_answer_question_id_question"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_answer")),
        sa.UniqueConstraint(
            "registration_id",
            "question_id",
            name=op.f("uq_registration_answer_registration_id_question_id"),
        ),
    )
    op.create_index(
        op.f("ix_registration_answer_question_id"), "registration_answer", ["question_id"]
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_registration_answer_question_id"), table_name="registration_answer")
    op.drop_table("registration_answer")
    op.drop_table("question")
