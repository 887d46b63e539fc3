"""Each recruiter's own note on a candidate; the one note of a company becomes one without author."""

import sqlalchemy as sa
from alembic import op

revision = "0025_candidate_notes"
down_revision = "0024_venue_layouts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "candidate_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("intent_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column(
            "warmth",
            sa.Enum(
                "hot",
                "warm",
                "cold",
                name="warmth",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["intent_id"], ["intent.id"], name=op.f("fk_candidate_note_intent_id_intent")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_candidate_note_user_id_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidate_note")),
        sa.UniqueConstraint(
            "intent_id", "user_id", name=op.f("uq_candidate_note_intent_id_user_id")
        ),
    )
    op.create_index(op.f("ix_candidate_note_user_id"), "candidate_note", ["user_id"], unique=False)
    op.execute(
        "INSERT INTO candidate_note (intent_id, text, tags, updated_at) "
        "SELECT id, employer_note, employer_tags, updated_at FROM intent "
        "WHERE employer_note <> '' OR CAST(employer_tags AS VARCHAR) <> '[]'"
    )
    op.drop_column("intent", "employer_note")
    op.drop_column("intent", "employer_tags")


def downgrade() -> None:
    op.add_column(
        "intent", sa.Column("employer_note", sa.String(), nullable=False, server_default="")
    )
    op.add_column(
        "intent", sa.Column("employer_tags", sa.JSON(), nullable=False, server_default="[]")
    )
    op.drop_index(op.f("ix_candidate_note_user_id"), table_name="candidate_note")
    op.drop_table("candidate_note")
