"""The index that positions are found by; the worker fills it within minutes of an upgrade."""

import sqlalchemy as sa
from alembic import op

revision = "0021_position_index"
down_revision = "0020_prints"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "position_entry",
        sa.Column("position_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("majors", sa.String(), nullable=False),
        sa.Column("categories", sa.String(), nullable=False),
        sa.Column("wholes", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("levels", sa.Integer(), nullable=False),
        sa.Column("pay", sa.Integer(), nullable=True),
        sa.Column("delegation_id", sa.Integer(), nullable=True),
        sa.Column(
            "pillar_industry",
            sa.Enum(
                "apparel",
                "footwear_leather",
                "electrical",
                "auto_parts",
                "pumps_valves",
                name="pillarindustry",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("open_until", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["position_id"],
            ["position.id"],
            name=op.f("fk_position_entry_position_id_position"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("position_id", name=op.f("pk_position_entry")),
    )
    op.create_index(
        op.f("ix_position_entry_open_until"), "position_entry", ["open_until"], unique=False
    )
    # The words stand in what each database has for it; see app/core/wordindex.py.
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE position_words USING fts5("
            "tokens, content='', detail=none, tokenize=\"ascii tokenchars '+#='\")"
        )
    else:
        op.execute(
            "CREATE TABLE position_words ("
            "id INTEGER CONSTRAINT pk_position_words PRIMARY KEY, tokens INTEGER[] NOT NULL)"
        )
        op.execute(
            "CREATE INDEX ix_position_words_tokens ON position_words "
            "USING gin (tokens) WITH (fastupdate = off)"
        )
    op.drop_column("position", "search_text")


def downgrade() -> None:
    op.add_column(
        "position", sa.Column("search_text", sa.String(), nullable=False, server_default="")
    )
    op.execute("DROP TABLE position_words")
    op.drop_index(op.f("ix_position_entry_open_until"), table_name="position_entry")
    op.drop_table("position_entry")
