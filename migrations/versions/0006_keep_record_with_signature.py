"""Keep with each signature what was known of its certificate when it was made.

Circular 15/2025/TT-BKHCN, article 5: the certificate, the answer about its revocation and the result of the check. The
answers themselves are in the file.

Revision: 0006
Follows: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("signature") as table:
        table.add_column(sa.Column("record", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("signature") as table:
        table.drop_column("record")
