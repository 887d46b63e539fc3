"""Text messages that tell of messages to many, and of surveys."""

import sqlalchemy as sa
from alembic import op

revision = "0033_texts"
down_revision = "0032_shelves"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "organiser_message",
        sa.Column("texts", sa.Integer(), nullable=False, server_default="0"),
    )
    op.add_column(
        "message_recipient",
        sa.Column("by_text", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    for name in ("texts", "texted"):
        op.add_column("survey", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    for name in ("texted", "texts"):
        op.drop_column("survey", name)
    op.drop_column("message_recipient", "by_text")
    op.drop_column("organiser_message", "texts")
