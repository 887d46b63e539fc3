"""The tables of reports."""

import sqlalchemy as sa
from alembic import op

revision = "0013_reports"
down_revision = "0012_imports"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "target",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column(
            "measure",
            sa.Enum(
                "fairs",
                "employers",
                "employer_visits",
                "positions",
                "openings",
                "registered",
                "attended",
                "attendances",
                "resumes",
                "intents",
                "intent_pairs",
                "agreements",
                "contracts",
                "doctoral",
                "masters",
                "graduates",
                "online_visitors",
                name="measure",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target")),
        sa.UniqueConstraint("year", "measure", name=op.f("uq_target_year_measure")),
    )
    op.create_table(
        "external_figure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "measure",
            sa.Enum(
                "fairs",
                "employers",
                "employer_visits",
                "positions",
                "openings",
                "registered",
                "attended",
                "attendances",
                "resumes",
                "intents",
                "intent_pairs",
                "agreements",
                "contracts",
                "doctoral",
                "masters",
                "graduates",
                "online_visitors",
                name="measure",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("delegation_id", sa.Integer(), nullable=True),
        sa.Column("is_reconstructed", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("entered_at", sa.DateTime(), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=True),
        sa.Column("removed_at", sa.DateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("last_on >= first_on", name=op.f("ck_external_figure_dates")),
        sa.CheckConstraint("value >= 0", name=op.f("ck_external_figure_value")),
        sa.ForeignKeyConstraint(
            ["delegation_id"],
            ["delegation.id"],
            name=op.f("fk_external_figure_delegation_id_delegation"),
        ),
        sa.ForeignKeyConstraint(
            ["entered_by_id"], ["user.id"], name=op.f("fk_external_figure_entered_by_id_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_external_figure")),
    )
    op.create_index(
        "ix_external_figure_measure_first_on",
        "external_figure",
        ["measure", "first_on"],
        unique=False,
    )
    op.create_table(
        "fair_snapshot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fair_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("is_provisional", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("taken_at", sa.DateTime(), nullable=False),
        sa.Column("taken_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["fair_id"], ["fair.id"], name=op.f("fk_fair_snapshot_fair_id_fair")
        ),
        sa.ForeignKeyConstraint(
            ["taken_by_id"], ["user.id"], name=op.f("fk_fair_snapshot_taken_by_id_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fair_snapshot")),
        sa.UniqueConstraint("fair_id", "number", name=op.f("uq_fair_snapshot_fair_id_number")),
    )


def downgrade() -> None:
    op.drop_table("fair_snapshot")
    op.drop_index("ix_external_figure_measure_first_on", table_name="external_figure")
    op.drop_table("external_figure")
    op.drop_table("target")
