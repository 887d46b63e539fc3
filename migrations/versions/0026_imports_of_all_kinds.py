"""Imports of every kind: what rows say and do apart, companies they bring, what is remembered."""

import sqlalchemy as sa
from alembic import op

revision = "0026_imports_of_all_kinds"
down_revision = "0025_candidate_notes"
branch_labels = None
depends_on = None

KINDS = ("schools", "employers", "positions", "participations", "booths", "registrations")
VERDICTS = ("new", "changed", "same", "faulty", "ok", "warning", "refused", "skipped")
OLD_VERDICTS = ("new", "changed", "same", "warning", "faulty", "skipped")
ACTIONS = ("new", "changed", "same", "none")
PERIODS = ("month", "year", "day", "hour")


def word(name, *values):
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def check(table, column, values):
    """Replace what a column of words allows."""
    quoted = ", ".join(f"'{value}'" for value in values)
    name = op.f(f"ck_{table}_{column}")
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(name, type_="check")
        batch.create_check_constraint(name, sa.text(f"{column} IN ({quoted})"))


def upgrade() -> None:
    check("import_batch", "kind", KINDS)
    check("import_row", "verdict", VERDICTS)
    check("position", "pay_period", PERIODS)
    with op.batch_alter_table("import_batch") as batch:
        batch.add_column(sa.Column("sealed_key", sa.String(), nullable=True))
        batch.add_column(sa.Column("sender", sa.String(), nullable=False, server_default=""))
        batch.add_column(sa.Column("fair_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("delegation_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("failure", sa.String(), nullable=False, server_default=""))
        batch.add_column(sa.Column("began_at", sa.DateTime(), nullable=True))
        batch.add_column(sa.Column("checked_at", sa.DateTime(), nullable=True))
        batch.add_column(sa.Column("wanted_at", sa.DateTime(), nullable=True))
        batch.add_column(sa.Column("wanted_by_id", sa.Integer(), nullable=True))
        batch.add_column(
            sa.Column("insists", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch.add_column(sa.Column("applied_by_id", sa.Integer(), nullable=True))
        for column, table in (
            ("fair_id", "fair"),
            ("delegation_id", "delegation"),
            ("wanted_by_id", "user"),
            ("applied_by_id", "user"),
        ):
            name = op.f(f"fk_import_batch_{column}_{table}")
            batch.create_foreign_key(name, table, [column], ["id"])
        batch.create_index(op.f("ix_import_batch_delegation_id"), ["delegation_id"])
    with op.batch_alter_table("import_batch") as batch:
        for column in ("sender", "failure", "insists"):
            batch.alter_column(column, server_default=None)
    with op.batch_alter_table("import_row") as batch:
        batch.add_column(sa.Column("sheet", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(
            sa.Column("action", word("rowaction", *ACTIONS), nullable=False, server_default="none")
        )
        batch.add_column(sa.Column("reasons", sa.String(), nullable=False, server_default=""))
        batch.add_column(sa.Column("cells", sa.LargeBinary(), nullable=True))
        batch.add_column(sa.Column("phone", sa.LargeBinary(), nullable=True))
        batch.add_column(sa.Column("key", sa.String(), nullable=True))
        batch.add_column(sa.Column("owner", sa.String(), nullable=True))
        batch.add_column(sa.Column("decision", sa.String(), nullable=False, server_default=""))
        batch.add_column(sa.Column("object_version", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("before_phone", sa.LargeBinary(), nullable=True))
        batch.drop_constraint(op.f("uq_import_row_batch_id_number"), type_="unique")
        batch.create_unique_constraint(
            op.f("uq_import_row_batch_id_sheet_number"), ["batch_id", "sheet", "number"]
        )
        batch.create_index("ix_import_row_batch_id_verdict", ["batch_id", "verdict"])
    with op.batch_alter_table("import_row") as batch:
        for column in ("sheet", "action", "reasons", "decision"):
            batch.alter_column(column, server_default=None)
    op.create_table(
        "import_employer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("object_id", sa.Integer(), nullable=True),
        sa.Column("object_version", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batch.id"], name=op.f("fk_import_employer_batch_id_import_batch")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_employer")),
        sa.UniqueConstraint("batch_id", "key", name=op.f("uq_import_employer_batch_id_key")),
    )
    op.create_table(
        "import_memory",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", word("importkind", *KINDS), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("headings", sa.JSON(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_memory")),
        sa.UniqueConstraint("kind", "sender", name=op.f("uq_import_memory_kind_sender")),
    )


def downgrade() -> None:
    op.drop_table("import_memory")
    op.drop_table("import_employer")
    # What the older version cannot say is forgotten: files of other kinds, pay by day or hour.
    op.execute(
        "DELETE FROM import_row WHERE batch_id IN"
        " (SELECT id FROM import_batch WHERE kind <> 'schools')"
    )
    op.execute("DELETE FROM import_batch WHERE kind <> 'schools'")
    op.execute(
        "UPDATE position SET pay_low = NULL, pay_high = NULL, pay_period = NULL"
        " WHERE pay_period IN ('day', 'hour')"
    )
    with op.batch_alter_table("import_row") as batch:
        batch.drop_index("ix_import_row_batch_id_verdict")
        batch.drop_constraint(op.f("uq_import_row_batch_id_sheet_number"), type_="unique")
        batch.create_unique_constraint(
            op.f("uq_import_row_batch_id_number"), ["batch_id", "number"]
        )
        batch.drop_constraint(op.f("ck_import_row_action"), type_="check")
        for column in (
            "before_phone",
            "object_version",
            "decision",
            "owner",
            "key",
            "phone",
            "cells",
            "reasons",
            "action",
            "sheet",
        ):
            batch.drop_column(column)
    with op.batch_alter_table("import_batch") as batch:
        batch.drop_index(op.f("ix_import_batch_delegation_id"))
        for column, table in (
            ("fair_id", "fair"),
            ("delegation_id", "delegation"),
            ("wanted_by_id", "user"),
            ("applied_by_id", "user"),
        ):
            batch.drop_constraint(op.f(f"fk_import_batch_{column}_{table}"), type_="foreignkey")
        for column in (
            "applied_by_id",
            "insists",
            "wanted_by_id",
            "wanted_at",
            "checked_at",
            "began_at",
            "failure",
            "delegation_id",
            "fair_id",
            "sender",
            "sealed_key",
        ):
            batch.drop_column(column)
    check("position", "pay_period", PERIODS[:2])
    check("import_row", "verdict", OLD_VERDICTS)
    check("import_batch", "kind", KINDS[:1])
