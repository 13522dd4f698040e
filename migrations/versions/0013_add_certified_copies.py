"""Add certified copies of signed papers.

Revision: 0013
Follows: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "certified_copy",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("document_id", sa.Uuid(), sa.ForeignKey("document.id"), nullable=False, unique=True),
        sa.Column("source_version_id", sa.Uuid(), sa.ForeignKey("version.id"), nullable=False, index=True),
        sa.Column("purpose", sa.String(500), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Uuid(), sa.ForeignKey("person.id")),
    )


def downgrade() -> None:
    op.drop_table("certified_copy")
