"""How a venue's halls are laid out as a rule."""

import sqlalchemy as sa
from alembic import op

revision = "0024_venue_layouts"
down_revision = "0023_eligibility"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "venue_layout",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("venue_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("layout", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["venue_id"], ["venue.id"], name=op.f("fk_venue_layout_venue_id_venue")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_venue_layout")),
        sa.UniqueConstraint("venue_id", "name", name=op.f("uq_venue_layout_venue_id_name")),
    )


def downgrade() -> None:
    op.drop_table("venue_layout")
