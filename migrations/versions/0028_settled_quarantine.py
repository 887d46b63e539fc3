"""Who dealt with what was set aside, and when."""

import sqlalchemy as sa
from alembic import op

revision = "0028_settled_quarantine"
down_revision = "0027_messages"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("quarantined_scan") as batch:
        batch.add_column(sa.Column("settled_at", sa.DateTime(), nullable=True))
        batch.add_column(sa.Column("settled_by_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_quarantined_scan_settled_by_id_user"), "user", ["settled_by_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("quarantined_scan") as batch:
        batch.drop_constraint(op.f("fk_quarantined_scan_settled_by_id_user"), type_="foreignkey")
        batch.drop_column("settled_by_id")
        batch.drop_column("settled_at")
