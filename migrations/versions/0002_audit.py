"""The tables of audit."""

import sqlalchemy as sa
from alembic import op

revision = "0002_audit"
down_revision = "0001_accounts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_label", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("object_kind", sa.String(), nullable=False),
        sa.Column("object_id", sa.Integer(), nullable=True),
        sa.Column("object_label", sa.String(), nullable=False),
        sa.Column("fair_id", sa.Integer(), nullable=True),
        sa.Column("delegation_id", sa.Integer(), nullable=True),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index(op.f("ix_audit_entry_action"), "audit_entry", ["action"], unique=False)
    op.create_index(op.f("ix_audit_entry_actor_id"), "audit_entry", ["actor_id"], unique=False)
    op.create_index("ix_audit_entry_at_id", "audit_entry", ["at", "id"], unique=False)
    op.create_index(op.f("ix_audit_entry_fair_id"), "audit_entry", ["fair_id"], unique=False)
    op.create_index(
        "ix_audit_entry_object_kind_object_id",
        "audit_entry",
        ["object_kind", "object_id"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index("ix_audit_entry_object_kind_object_id", table_name="audit_entry")
    op.drop_index(op.f("ix_audit_entry_fair_id"), table_name="audit_entry")
    op.drop_index("ix_audit_entry_at_id", table_name="audit_entry")
    op.drop_index(op.f("ix_audit_entry_actor_id"), table_name="audit_entry")
    op.drop_index(op.f("ix_audit_entry_action"), table_name="audit_entry")
    op.drop_table("audit_entry")
