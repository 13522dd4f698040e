"""Let an owner have one key at a time, and let of two who decide a request the slower be told.

Keys that an earlier state let stand beside a newer one of the same owner are retired.

Revision: 0014
Follows: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

LIVING = sa.text("retired_at IS NULL")
OLDER = """
    UPDATE signing_key SET retired_at = (
        SELECT MAX(newer.bound_at) FROM signing_key AS newer
        WHERE newer.retired_at IS NULL AND newer.{owner} = signing_key.{owner})
    WHERE retired_at IS NULL AND {owner} IS NOT NULL AND bound_at < (
        SELECT MAX(newer.bound_at) FROM signing_key AS newer
        WHERE newer.retired_at IS NULL AND newer.{owner} = signing_key.{owner})
"""


def upgrade() -> None:
    for owner in ("person_id", "unit_id"):
        op.execute(OLDER.format(owner=owner))
        op.create_index(
            f"uq_signing_key_living_{owner}",
            "signing_key",
            [owner],
            unique=True,
            sqlite_where=LIVING,
            postgresql_where=LIVING,
        )
    with op.batch_alter_table("key_request") as table:
        table.add_column(sa.Column("lock_version", sa.Integer(), nullable=False, server_default="1"))
    with op.batch_alter_table("key_request") as table:
        table.alter_column("lock_version", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("key_request") as table:
        table.drop_column("lock_version")
    for owner in ("unit_id", "person_id"):
        op.drop_index(f"uq_signing_key_living_{owner}", table_name="signing_key")
