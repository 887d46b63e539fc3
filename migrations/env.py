"""Alembic's environment: the database and the models of the running application."""

from alembic import context
from flask import current_app

from app.core.db import Model

config = context.config
engine = current_app.extensions["migrate"].db.engine


def include_object(item: object, name: str | None, kind: str, *_rest: object) -> bool:
    """Only our own tables are compared, and not the index of words (core/wordindex.py)."""
    wanted = config.attributes.get("tables")
    if kind == "table" and (name or "").startswith("position_words"):
        return False
    return not (kind == "table" and wanted is not None and name not in wanted)


def run() -> None:
    """Run the migrations in one transaction each, on whichever engine is configured."""
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Model.metadata,
            include_object=include_object,
            render_as_batch=connection.dialect.name == "sqlite",
            compare_type=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
