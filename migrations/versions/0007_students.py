"""The tables of students."""

import sqlalchemy as sa
from alembic import op

revision = "0007_students"
down_revision = "0006_employers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "student",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("phone_last4", sa.String(), nullable=True),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=True),
        sa.Column("school_name", sa.String(), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "doctoral",
                "masters",
                "bachelors",
                "junior_college",
                "vocational",
                "other",
                name="educationlevel",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("major", sa.String(), nullable=False),
        sa.Column("graduation_year", sa.Integer(), nullable=True),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("wants_news", sa.Boolean(), nullable=False),
        sa.Column("privacy_version", sa.String(), nullable=False),
        sa.Column("privacy_agreed_at", sa.DateTime(), nullable=True),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.id"], name=op.f("fk_student_school_id_school")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_student_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_student")),
        sa.UniqueConstraint("uid", name=op.f("uq_student_uid")),
        sa.UniqueConstraint("user_id", name=op.f("uq_student_user_id")),
    )
    op.create_index(op.f("ix_student_name_key"), "student", ["name_key"], unique=False)
    op.create_index(op.f("ix_student_school_id"), "student", ["school_id"], unique=False)
    op.create_table(
        "resume",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("removed_at", sa.DateTime(), nullable=True),
        sa.Column("file_key", sa.String(), nullable=True),
        sa.Column("file_name", sa.String(), nullable=True),
        sa.Column("file_type", sa.String(), nullable=True),
        sa.Column("file_size", sa.Integer(), nullable=True),
        sa.Column("file_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["student_id"], ["student.id"], name=op.f("fk_resume_student_id_student")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resume")),
        sa.UniqueConstraint("uid", name=op.f("uq_resume_uid")),
    )
    op.create_index(op.f("ix_resume_student_id"), "resume", ["student_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_resume_student_id"), table_name="resume")
    op.drop_table("resume")
    op.drop_index(op.f("ix_student_school_id"), table_name="student")
    op.drop_index(op.f("ix_student_name_key"), table_name="student")
    op.drop_table("student")
