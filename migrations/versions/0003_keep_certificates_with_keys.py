"""Keep the certificate with each signing key, and say where the key lives as one of the known kinds.

A certificate cannot be had from the old rows alone, so a key bound before is retired: nobody signs with it until an
administrator binds it anew. No released version has such rows.

Revision: 0003
Follows: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KINDS = ("pkcs12", "pkcs11", "csc", "agent", "vgca", "elsewhere")


def upgrade() -> None:
    op.execute("UPDATE signing_key SET retired_at = CURRENT_TIMESTAMP WHERE retired_at IS NULL")
    with op.batch_alter_table("signing_key") as table:
        table.add_column(sa.Column("certificate", sa.LargeBinary(), nullable=False, server_default=""))
        table.add_column(sa.Column("chain", sa.JSON(), nullable=False, server_default="[]"))
        table.alter_column("provider", existing_type=sa.String(length=20), type_=sa.String(length=40))
        named = ", ".join(f"'{kind}'" for kind in KINDS)
        table.create_check_constraint(op.f("ck_signing_key_keykind"), f"provider IN ({named})")
    with op.batch_alter_table("signing_key") as table:
        table.alter_column("certificate", existing_type=sa.LargeBinary(), server_default=None)
        table.alter_column("chain", existing_type=sa.JSON(), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("signing_key") as table:
        table.drop_constraint(op.f("ck_signing_key_keykind"), type_="check")
        table.alter_column("provider", existing_type=sa.String(length=40), type_=sa.String(length=20))
        table.drop_column("chain")
        table.drop_column("certificate")
