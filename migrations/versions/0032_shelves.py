"""The index of words on PostgreSQL is looked through from the newest positions on."""

from alembic import op

revision = "0032_shelves"
down_revision = "0031_surveys"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What stands here is app/core/wordindex.py as it was then: the shelves of 2^14, 2^16 and
    # 2^18 ids, numbered apart by the bits above the twentieth.
    remake("tokens || ARRAY[id >> 14, (1 << 20) + (id >> 16), (2 << 20) + (id >> 18)]")


def downgrade() -> None:
    remake("tokens[1:cardinality(tokens) - 3]")


def remake(tokens: str) -> None:
    """Write the table anew, in the order of ids; some minutes where there are a million."""
    if op.get_bind().dialect.name == "sqlite":
        return  # FTS5 gives the newest first as it is.
    op.execute("ALTER TABLE position_words RENAME TO position_words_before")
    op.execute("ALTER TABLE position_words_before RENAME CONSTRAINT pk_position_words TO pk_before")
    op.execute("ALTER INDEX ix_position_words_tokens RENAME TO ix_before")
    op.execute("CREATE TABLE position_words (id INTEGER, tokens INTEGER[] NOT NULL)")
    op.execute(
        f"INSERT INTO position_words SELECT id, {tokens} FROM position_words_before ORDER BY id"
    )
    op.execute("DROP TABLE position_words_before")
    op.execute("ALTER TABLE position_words ADD CONSTRAINT pk_position_words PRIMARY KEY (id)")
    op.execute(
        "CREATE INDEX ix_position_words_tokens ON position_words "
        "USING gin (tokens) WITH (fastupdate = off)"
    )
    op.execute("ANALYZE position_words")
