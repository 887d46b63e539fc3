"""The head count of a fair, kept instead of counted at every scan."""

import sqlalchemy as sa
from alembic import op

revision = "0017_hall_counts"
down_revision = "0016_devices"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hall_count",
        sa.Column("fair_id", sa.Integer(), nullable=False),
        sa.Column("shard", sa.Integer(), nullable=False),
        sa.Column("attended", sa.Integer(), nullable=False),
        sa.Column("inside", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fair.id"], name=op.f("fk_hall_count_fair_id_fair")),
        sa.PrimaryKeyConstraint("fair_id", "shard", name=op.f("pk_hall_count")),
    )
    op.execute(
        "INSERT INTO hall_count (fair_id, shard, attended, inside) "
        "SELECT fair_id, 0, count(*), count(CASE WHEN last_direction = 'in' THEN 1 END) "
        "FROM attendance GROUP BY fair_id"
    )


def downgrade() -> None:
    op.drop_table("hall_count")
