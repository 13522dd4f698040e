"""Create the search index over awards.

Its SQL differs for each database: FTS5 on SQLite, a stored tsvector with a GIN index on PostgreSQL. It can be dropped
and filled anew from the awards at any time (``flask archive reindex``).

Revision: 0002
Follows: 0001
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CREATE = {
    "sqlite": (
        """CREATE VIRTUAL TABLE award_search USING fts5(
            words, unit_id, award_id UNINDEXED, tokenize = 'unicode61', prefix = '2 3')""",
    ),
    "postgresql": (
        """CREATE TABLE award_search (
            position bigint CONSTRAINT pk_award_search PRIMARY KEY,
            award_id uuid NOT NULL CONSTRAINT uq_award_search_award_id UNIQUE
                CONSTRAINT fk_award_search_award_id REFERENCES award (id) ON DELETE CASCADE,
            unit_id uuid NOT NULL,
            words text NOT NULL,
            tokens tsvector GENERATED ALWAYS AS (to_tsvector('simple', words)) STORED)""",
        "CREATE INDEX ix_award_search_tokens ON award_search USING gin (tokens)",
        "CREATE INDEX ix_award_search_unit_id ON award_search (unit_id)",
    ),
}


def upgrade() -> None:
    for statement in CREATE[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE award_search")
