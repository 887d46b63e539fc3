"""Bundles that go to the printer: jobs with progress and files that expire."""

import sqlalchemy as sa
from alembic import op

revision = "0020_prints"
down_revision = "0019_hall"
branch_labels = None
depends_on = None

UNFINISHED = sa.text("status in ('waiting', 'running')")


def upgrade() -> None:
    op.create_table(
        "print_job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("fair_id", sa.Integer(), nullable=False),
        sa.Column(
            "bundle",
            sa.Enum(
                "signs",
                "cards",
                "badges",
                "booth-posters",
                "positions",
                "programme",
                "plan",
                "employer-sheet",
                "student-sheet",
                name="bundle",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("size", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "waiting",
                "running",
                "done",
                "failed",
                "cancelled",
                "expired",
                name="printstatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("beat_at", sa.DateTime(), nullable=True),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.Column("expires_at", sa.DateTime(), nullable=True),
        sa.Column("file_key", sa.String(), nullable=True),
        sa.Column("file_name", sa.String(), nullable=True),
        sa.Column("file_type", sa.String(), nullable=True),
        sa.Column("file_size", sa.Integer(), nullable=True),
        sa.Column("file_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["fair_id"], ["fair.id"], name=op.f("fk_print_job_fair_id_fair")),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user.id"], name=op.f("fk_print_job_created_by_id_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_job")),
        sa.UniqueConstraint("uid", name=op.f("uq_print_job_uid")),
    )
    op.create_index("ix_print_job_fair_id_created_at", "print_job", ["fair_id", "created_at"])
    op.create_index(
        "uq_print_job_unfinished",
        "print_job",
        ["fair_id", "bundle"],
        unique=True,
        sqlite_where=UNFINISHED,
        postgresql_where=UNFINISHED,
    )


def downgrade() -> None:
    op.drop_index("uq_print_job_unfinished", table_name="print_job")
    op.drop_index("ix_print_job_fair_id_created_at", table_name="print_job")
    op.drop_table("print_job")
