"""Surveys after fairs, and their answers without names."""

import sqlalchemy as sa
from alembic import op

revision = "0031_surveys"
down_revision = "0030_questions"
branch_labels = None
depends_on = None


def word(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "survey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("fair_id", sa.Integer(), nullable=False),
        sa.Column(
            "occasion", word("occasion", "registration", "students", "employers"), nullable=False
        ),
        sa.Column("status", word("status", "open", "closed"), nullable=False),
        sa.Column("closes_at", sa.DateTime(), nullable=False),
        sa.Column("invited", sa.Integer(), nullable=False),
        sa.Column("last_asked_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=True),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("occasion <> 'registration'", name=op.f("ck_survey_audience")),
        sa.CheckConstraint("closes_at > opened_at", name=op.f("ck_survey_times")),
        sa.ForeignKeyConstraint(["fair_id"], ["fair.id"], name=op.f("fk_survey_fair_id_fair")),
        sa.ForeignKeyConstraint(
            ["opened_by_id"], ["user.id"], name=op.f("fk_survey_opened_by_id_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey")),
        sa.UniqueConstraint("uid", name=op.f("uq_survey_uid")),
        sa.UniqueConstraint("fair_id", "occasion", name=op.f("uq_survey_fair_id_occasion")),
    )
    op.create_table(
        "survey_response",
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["survey.id"], name=op.f("fk_survey_response_survey_id_survey")
        ),
        sa.PrimaryKeyConstraint("uid", name=op.f("pk_survey_response")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_survey_response_token_hash")),
    )
    op.create_index(op.f("ix_survey_response_survey_id"), "survey_response", ["survey_id"])
    op.create_table(
        "survey_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("response_uid", sa.String(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["response_uid"],
            ["survey_response.uid"],
            name=op.f("fk_survey_answer_response_uid_survey_response"),
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_survey_answer_question_id_question")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_answer")),
    )
    op.create_index(op.f("ix_survey_answer_response_uid"), "survey_answer", ["response_uid"])
    op.create_index(op.f("ix_survey_answer_question_id"), "survey_answer", ["question_id"])


def downgrade() -> None:
    op.drop_table("survey_answer")
    op.drop_table("survey_response")
    op.drop_table("survey")
