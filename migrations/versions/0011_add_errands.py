"""Add the files that go out to be signed with other programs.

Revision: 0011
Follows: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    tools = sa.Enum("elsewhere", "vgca", name="tool", native_enum=False, length=40, create_constraint=True)
    op.create_table(
        "errand",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("step_id", sa.Uuid(), sa.ForeignKey("step.id"), nullable=False, index=True),
        sa.Column("version_id", sa.Uuid(), sa.ForeignKey("version.id"), nullable=False),
        sa.Column("person_id", sa.Uuid(), sa.ForeignKey("person.id"), nullable=False, index=True),
        sa.Column("tool", tools, nullable=False),
        sa.Column("version_digest", sa.String(64), nullable=False),
        sa.Column("file_digest", sa.String(64), nullable=False),
        sa.Column("file_size", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("download_sha256", sa.String(64), unique=True),
        sa.Column("upload_sha256", sa.String(64), unique=True),
        sa.Column("fetched_at", sa.DateTime(timezone=True)),
        sa.Column("returned_at", sa.DateTime(timezone=True)),
        sa.Column("refused", sa.JSON()),
        sa.Column("signature_id", sa.Uuid(), sa.ForeignKey("signature.id")),
    )


def downgrade() -> None:
    op.drop_table("errand")
