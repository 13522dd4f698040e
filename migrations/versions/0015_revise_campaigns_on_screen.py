"""Let campaigns be revised with a reason, closed and reopened, and let households be nominated.

Revision: 0015
Follows: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

KINDS = ("collective", "household", "individual")
OF_KIND = ("nominee", "award")


def upgrade() -> None:
    for name in OF_KIND:
        _allow(name, KINDS)
    _add("dossier_summary", "households", sa.Integer(), "0")
    _add("campaign", "closed_reason", sa.String(1000), "")
    _add("campaign", "lock_version", sa.Integer(), "1")
    with op.batch_alter_table("campaign") as table:
        table.add_column(sa.Column("unit_id", sa.Uuid()))
        table.add_column(sa.Column("closed_at", sa.DateTime(timezone=True)))
        table.add_column(sa.Column("closed_by", sa.Uuid()))
        table.create_foreign_key(op.f("fk_campaign_unit_id"), "unit", ["unit_id"], ["id"])
        table.create_foreign_key(op.f("fk_campaign_closed_by"), "person", ["closed_by"], ["id"])
    op.create_index(op.f("ix_campaign_unit_id"), "campaign", ["unit_id"])
    _add("campaign_revision", "author_name", sa.String(200), "")
    _add("campaign_revision", "reason", sa.String(1000), "")
    _tell_what_is_known()


def downgrade() -> None:
    with op.batch_alter_table("campaign_revision") as table:
        for column in ("author_name", "reason"):
            table.drop_column(column)
    op.drop_index(op.f("ix_campaign_unit_id"), "campaign")
    with op.batch_alter_table("campaign") as table:
        table.drop_constraint(op.f("fk_campaign_unit_id"), type_="foreignkey")
        table.drop_constraint(op.f("fk_campaign_closed_by"), type_="foreignkey")
        for column in ("unit_id", "closed_at", "closed_by", "closed_reason", "lock_version"):
            table.drop_column(column)
    with op.batch_alter_table("dossier_summary") as table:
        table.drop_column("households")
    for name in OF_KIND:
        op.execute(f"UPDATE {name} SET kind = 'collective' WHERE kind = 'household'")  # noqa: S608  (our own tables)
        _allow(name, ("collective", "individual"))


def _tell_what_is_known() -> None:
    """Who accepted a revision, by the name of today; whose campaign it is, by the unit's code in its content."""
    op.execute(
        "UPDATE campaign_revision SET author_name = coalesce("
        "(SELECT full_name FROM person WHERE person.id = campaign_revision.accepted_by), 'system')"
    )
    connection = op.get_bind()
    revision = sa.table("campaign_revision", sa.column("campaign_id", sa.Uuid()), sa.column("spec", sa.JSON()))
    campaign = sa.table("campaign", sa.column("id", sa.Uuid()), sa.column("unit_id", sa.Uuid()))
    unit = sa.table("unit", sa.column("id", sa.Uuid()), sa.column("code", sa.String()))
    units = {row.code: row.id for row in connection.execute(sa.select(unit))}
    for row in connection.execute(sa.select(revision)).all():
        found = units.get((row.spec or {}).get("issuing_unit", ""))
        if found:
            connection.execute(sa.update(campaign).where(campaign.c.id == row.campaign_id).values(unit_id=found))


def _allow(name: str, kinds: tuple[str, ...]) -> None:
    constraint = op.f(f"ck_{name}_nomineekind")
    with op.batch_alter_table(name) as table:
        table.drop_constraint(constraint, type_="check")
    with op.batch_alter_table(name) as table:
        table.create_check_constraint(constraint, f"kind IN ({', '.join(repr(kind) for kind in kinds)})")


def _add(name: str, column: str, kind: sa.types.TypeEngine, default: str) -> None:
    with op.batch_alter_table(name) as table:
        table.add_column(sa.Column(column, kind, nullable=False, server_default=default))
    with op.batch_alter_table(name) as table:
        table.alter_column(column, existing_type=kind, server_default=None)
