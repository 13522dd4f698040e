"""Create all tables

Revision: 0001
Follows:
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account_role",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_role")),
        sa.UniqueConstraint("name", name=op.f("uq_account_role_name")),
    )
    op.create_table(
        "audit_event",
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("tag", sa.String(length=80), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
        sa.UniqueConstraint(
            "subject", "subject_id", "position", name=op.f("uq_audit_event_subject_subject_id_position")
        ),
    )
    op.create_table(
        "campaign",
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("code", name=op.f("uq_campaign_code")),
    )
    op.create_table(
        "outbox_event",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_event")),
    )
    op.create_index("ix_outbox_event_waiting", "outbox_event", ["done_at", "run_after"], unique=False)
    op.create_table(
        "person",
        sa.Column("full_name", sa.String(length=200), nullable=False),
        sa.Column("folded_name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
    )
    op.create_index(op.f("ix_person_folded_name"), "person", ["folded_name"], unique=False)
    op.create_table(
        "unit",
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "provincial_committee",
                "provincial_department",
                "public_service_unit",
                "district",
                "commune",
                "party_body",
                "mass_organisation",
                "association",
                "school",
                "enterprise",
                "steering_committee",
                name="unitkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("block", sa.String(length=200), nullable=True),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("founded_on", sa.Date(), nullable=True),
        sa.Column("abolished_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name=op.f("fk_unit_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("code", name=op.f("uq_unit_code")),
    )
    op.create_table(
        "account",
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("password", sa.String(length=255), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("one_time_password", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("last_login_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("current_login_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_login_ip", sa.String(length=64), nullable=True),
        sa.Column("current_login_ip", sa.String(length=64), nullable=True),
        sa.Column("login_count", sa.Integer(), nullable=True),
        sa.Column("tf_primary_method", sa.String(length=64), nullable=True),
        sa.Column("tf_totp_secret", sa.String(length=255), nullable=True),
        sa.Column("mf_recovery_codes", sa.JSON(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_account_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email", name=op.f("uq_account_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_account_fs_uniquifier")),
        sa.UniqueConstraint("person_id", name=op.f("uq_account_person_id")),
    )
    op.create_table(
        "campaign_revision",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("spec", sa.JSON(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_revision_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_revision")),
        sa.UniqueConstraint("campaign_id", "number", name=op.f("uq_campaign_revision_campaign_id_number")),
    )
    op.create_table(
        "delegation",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column(
            "position_kind",
            sa.Enum(
                "head",
                "deputy_head",
                "council_chair",
                "council_secretary",
                "specialist",
                "registrar",
                name="positionkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("delegate_id", sa.Uuid(), nullable=False),
        sa.Column(
            "capacity",
            sa.Enum(
                "none",
                "tm",
                "kt",
                "tl",
                "tuq",
                "q",
                name="capacity",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("basis", sa.String(length=300), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("granted_by", sa.Uuid(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_delegation_period")),
        sa.ForeignKeyConstraint(["delegate_id"], ["person.id"], name=op.f("fk_delegation_delegate_id")),
        sa.ForeignKeyConstraint(["granted_by"], ["person.id"], name=op.f("fk_delegation_granted_by")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_delegation_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
    )
    op.create_index(op.f("ix_delegation_delegate_id"), "delegation", ["delegate_id"], unique=False)
    op.create_index(op.f("ix_delegation_unit_id"), "delegation", ["unit_id"], unique=False)
    op.create_table(
        "document",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "submission_letter",
                "minutes",
                "achievement_report",
                "nominee_list",
                "evidence",
                "consolidation_letter",
                "decision",
                "certificate",
                "other",
                name="documentkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("symbol", sa.String(length=60), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("issued_year", sa.Integer(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lock_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_document_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint(
            "unit_id", "symbol", "issued_year", "number", name=op.f("uq_document_unit_id_symbol_issued_year_number")
        ),
    )
    op.create_index(op.f("ix_document_unit_id"), "document", ["unit_id"], unique=False)
    op.create_table(
        "position",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "head",
                "deputy_head",
                "council_chair",
                "council_secretary",
                "specialist",
                "registrar",
                name="positionkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_position_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_position")),
        sa.UniqueConstraint("unit_id", "kind", "title", name=op.f("uq_position_unit_id_kind_title")),
    )
    op.create_index(op.f("ix_position_unit_id"), "position", ["unit_id"], unique=False)
    op.create_table(
        "role_grant",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "clerk",
                "registrar",
                "coordinator",
                "appraiser",
                "chair_office",
                "archivist",
                "administrator",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_role_grant_person_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_role_grant_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
        sa.UniqueConstraint(
            "person_id", "unit_id", "role", "valid_from", name=op.f("uq_role_grant_person_id_unit_id_role_valid_from")
        ),
    )
    op.create_index(op.f("ix_role_grant_person_id"), "role_grant", ["person_id"], unique=False)
    op.create_table(
        "signing_key",
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("certificate_sha256", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=500), nullable=False),
        sa.Column("issuer", sa.String(length=500), nullable=False),
        sa.Column("serial", sa.String(length=80), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=False),
        sa.Column("picture_digest", sa.String(length=64), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_signing_key_person_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_signing_key_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_key")),
    )
    op.create_index(op.f("ix_signing_key_person_id"), "signing_key", ["person_id"], unique=False)
    op.create_index(op.f("ix_signing_key_unit_id"), "signing_key", ["unit_id"], unique=False)
    op.create_table(
        "unit_name",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("symbol", sa.String(length=30), nullable=False),
        sa.Column("place", sa.String(length=100), nullable=False),
        sa.Column("superior", sa.String(length=300), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_name_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_name")),
        sa.UniqueConstraint("unit_id", "valid_from", name=op.f("uq_unit_name_unit_id_valid_from")),
    )
    op.create_index(op.f("ix_unit_name_unit_id"), "unit_name", ["unit_id"], unique=False)
    op.create_table(
        "unit_succession",
        sa.Column("predecessor_id", sa.Uuid(), nullable=False),
        sa.Column("successor_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "renamed",
                "merged",
                "split",
                "transferred",
                name="successionkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["predecessor_id"], ["unit.id"], name=op.f("fk_unit_succession_predecessor_id")),
        sa.ForeignKeyConstraint(["successor_id"], ["unit.id"], name=op.f("fk_unit_succession_successor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_succession")),
        sa.UniqueConstraint(
            "predecessor_id", "successor_id", name=op.f("uq_unit_succession_predecessor_id_successor_id")
        ),
    )
    op.create_index(op.f("ix_unit_succession_successor_id"), "unit_succession", ["successor_id"], unique=False)
    op.create_table(
        "account_role_link",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("role_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_role_link_account_id")),
        sa.ForeignKeyConstraint(["role_id"], ["account_role.id"], name=op.f("fk_account_role_link_role_id")),
        sa.PrimaryKeyConstraint("account_id", "role_id", name=op.f("pk_account_role_link")),
    )
    op.create_table(
        "appointment",
        sa.Column("position_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "capacity",
            sa.Enum(
                "none",
                "tm",
                "kt",
                "tl",
                "tuq",
                "q",
                name="capacity",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name=op.f("ck_appointment_period")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_appointment_person_id")),
        sa.ForeignKeyConstraint(["position_id"], ["position.id"], name=op.f("fk_appointment_position_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
    )
    op.create_index(op.f("ix_appointment_person_id"), "appointment", ["person_id"], unique=False)
    op.create_index(op.f("ix_appointment_position_id"), "appointment", ["position_id"], unique=False)
    op.create_table(
        "consolidation",
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("scheme_code", sa.String(length=80), nullable=False),
        sa.Column("coordinator_id", sa.Uuid(), nullable=False),
        sa.Column("appraiser_id", sa.Uuid(), nullable=False),
        sa.Column("conferrer_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lock_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["appraiser_id"], ["unit.id"], name=op.f("fk_consolidation_appraiser_id")),
        sa.ForeignKeyConstraint(["conferrer_id"], ["unit.id"], name=op.f("fk_consolidation_conferrer_id")),
        sa.ForeignKeyConstraint(["coordinator_id"], ["unit.id"], name=op.f("fk_consolidation_coordinator_id")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_consolidation_document_id")),
        sa.ForeignKeyConstraint(["revision_id"], ["campaign_revision.id"], name=op.f("fk_consolidation_revision_id")),
        sa.ForeignKeyConstraint(["sent_by"], ["person.id"], name=op.f("fk_consolidation_sent_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consolidation")),
        sa.UniqueConstraint(
            "revision_id",
            "scheme_code",
            "coordinator_id",
            name=op.f("uq_consolidation_revision_id_scheme_code_coordinator_id"),
        ),
    )
    op.create_table(
        "decision",
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("scheme_code", sa.String(length=80), nullable=False),
        sa.Column("conferrer_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("prepared_by", sa.Uuid(), nullable=True),
        sa.Column("conferred_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lock_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["conferrer_id"], ["unit.id"], name=op.f("fk_decision_conferrer_id")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_decision_document_id")),
        sa.ForeignKeyConstraint(["prepared_by"], ["person.id"], name=op.f("fk_decision_prepared_by")),
        sa.ForeignKeyConstraint(["revision_id"], ["campaign_revision.id"], name=op.f("fk_decision_revision_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("document_id", name=op.f("uq_decision_document_id")),
    )
    op.create_index(op.f("ix_decision_conferrer_id"), "decision", ["conferrer_id"], unique=False)
    op.create_table(
        "dossier",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("scheme_code", sa.String(length=80), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("coordinator_id", sa.Uuid(), nullable=True),
        sa.Column("appraiser_id", sa.Uuid(), nullable=True),
        sa.Column("conferrer_id", sa.Uuid(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "signing",
                "submitted",
                "returned",
                "consolidated",
                "appraised",
                "decided",
                "archived",
                "refused",
                "withdrawn",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lock_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["appraiser_id"], ["unit.id"], name=op.f("fk_dossier_appraiser_id")),
        sa.ForeignKeyConstraint(["conferrer_id"], ["unit.id"], name=op.f("fk_dossier_conferrer_id")),
        sa.ForeignKeyConstraint(["coordinator_id"], ["unit.id"], name=op.f("fk_dossier_coordinator_id")),
        sa.ForeignKeyConstraint(["opened_by"], ["person.id"], name=op.f("fk_dossier_opened_by")),
        sa.ForeignKeyConstraint(["revision_id"], ["campaign_revision.id"], name=op.f("fk_dossier_revision_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_dossier_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier")),
        sa.UniqueConstraint("code", name=op.f("uq_dossier_code")),
    )
    op.create_index("ix_dossier_appraiser_status", "dossier", ["appraiser_id", "status"], unique=False)
    op.create_index("ix_dossier_coordinator_status", "dossier", ["coordinator_id", "status"], unique=False)
    op.create_index(op.f("ix_dossier_revision_id"), "dossier", ["revision_id"], unique=False)
    op.create_index("ix_dossier_unit_status", "dossier", ["unit_id", "status"], unique=False)
    op.create_table(
        "version",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "origin",
            sa.Enum(
                "uploaded",
                "drafted",
                "converted",
                "prepared",
                "signed",
                "archived",
                name="origin",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("inspection", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("author_name", sa.String(length=200), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_reason", sa.String(length=500), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name=op.f("fk_version_created_by")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_version_document_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["version.id"], name=op.f("fk_version_parent_id")),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["person.id"], name=op.f("fk_version_withdrawn_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_version")),
        sa.UniqueConstraint("document_id", "number", name=op.f("uq_version_document_id_number")),
    )
    op.create_index("ix_version_digest", "version", ["digest"], unique=False)
    op.create_table(
        "council_meeting",
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("place", sa.String(length=300), nullable=False),
        sa.Column("members_total", sa.Integer(), nullable=False),
        sa.Column("members_present", sa.Integer(), nullable=False),
        sa.Column("written_opinions", sa.Integer(), nullable=False),
        sa.Column("conclusion", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_council_meeting_dossier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_council_meeting")),
        sa.UniqueConstraint("dossier_id", name=op.f("uq_council_meeting_dossier_id")),
    )
    op.create_table(
        "dossier_summary",
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("collectives", sa.Integer(), nullable=False),
        sa.Column("individuals", sa.Integer(), nullable=False),
        sa.Column("met", sa.Integer(), nullable=False),
        sa.Column("not_met", sa.Integer(), nullable=False),
        sa.Column("not_proven", sa.Integer(), nullable=False),
        sa.Column("blocking", sa.Integer(), nullable=False),
        sa.Column("open_steps", sa.Integer(), nullable=False),
        sa.Column("waiting_for", sa.String(length=300), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_dossier_summary_dossier_id")),
        sa.PrimaryKeyConstraint("dossier_id", name=op.f("pk_dossier_summary")),
    )
    op.create_table(
        "nominee",
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "collective", "individual", name="nomineekind", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("folded_name", sa.String(length=300), nullable=False),
        sa.Column("position_title", sa.String(length=300), nullable=False),
        sa.Column("workplace", sa.String(length=300), nullable=False),
        sa.Column("achievement", sa.Text(), nullable=False),
        sa.Column("sections", sa.JSON(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_nominee_dossier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nominee")),
        sa.UniqueConstraint("dossier_id", "ordinal", name=op.f("uq_nominee_dossier_id_ordinal")),
    )
    op.create_index(op.f("ix_nominee_folded_name"), "nominee", ["folded_name"], unique=False)
    op.create_table(
        "return",
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column(
            "from_status",
            sa.Enum(
                "draft",
                "signing",
                "submitted",
                "returned",
                "consolidated",
                "appraised",
                "decided",
                "archived",
                "refused",
                "withdrawn",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("returned_by", sa.Uuid(), nullable=True),
        sa.Column("returner_name", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_return_dossier_id")),
        sa.ForeignKeyConstraint(["returned_by"], ["person.id"], name=op.f("fk_return_returned_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return")),
    )
    op.create_index(op.f("ix_return_dossier_id"), "return", ["dossier_id"], unique=False)
    op.create_table(
        "sealed_dossier",
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed_by", sa.Uuid(), nullable=True),
        sa.Column("manifest_digest", sa.String(length=64), nullable=False),
        sa.Column("last_event_hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_sealed_dossier_dossier_id")),
        sa.ForeignKeyConstraint(["sealed_by"], ["person.id"], name=op.f("fk_sealed_dossier_sealed_by")),
        sa.PrimaryKeyConstraint("dossier_id", name=op.f("pk_sealed_dossier")),
    )
    op.create_table(
        "signing_route",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.String(length=100), nullable=False),
        sa.Column("trail_subject", sa.String(length=40), nullable=False),
        sa.Column("trail_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "completed",
                "refused",
                "recalled",
                "replaced",
                name="routeoutcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lock_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_signing_route_document_id")),
        sa.ForeignKeyConstraint(["opened_by"], ["person.id"], name=op.f("fk_signing_route_opened_by")),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_signing_route_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_route")),
    )
    op.create_index(op.f("ix_signing_route_document_id"), "signing_route", ["document_id"], unique=False)
    op.create_table(
        "version_check",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_version_check_version_id")),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_version_check")),
    )
    op.create_table(
        "version_text",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_version_text_version_id")),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_version_text")),
    )
    op.create_table(
        "attestation",
        sa.Column("nominee_id", sa.Uuid(), nullable=False),
        sa.Column("criterion_id", sa.String(length=80), nullable=False),
        sa.Column("value", sa.String(length=40), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stated_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed", sa.Boolean(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["confirmed_by"], ["person.id"], name=op.f("fk_attestation_confirmed_by")),
        sa.ForeignKeyConstraint(["nominee_id"], ["nominee.id"], name=op.f("fk_attestation_nominee_id")),
        sa.ForeignKeyConstraint(["stated_by"], ["person.id"], name=op.f("fk_attestation_stated_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attestation")),
        sa.UniqueConstraint("nominee_id", "criterion_id", name=op.f("uq_attestation_nominee_id_criterion_id")),
    )
    op.create_table(
        "award",
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("nominee_id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "collective", "individual", name="nomineekind", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("recipient", sa.String(length=300), nullable=False),
        sa.Column("position_title", sa.String(length=300), nullable=False),
        sa.Column("workplace", sa.String(length=300), nullable=False),
        sa.Column("unit_name", sa.String(length=300), nullable=False),
        sa.Column("form", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("achievement", sa.Text(), nullable=False),
        sa.Column("conferrer_name", sa.String(length=300), nullable=False),
        sa.Column("decision_number", sa.String(length=60), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("public_code", sa.String(length=40), nullable=False),
        sa.Column("certificate_digest", sa.String(length=64), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_reason", sa.String(length=500), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_award_decision_id")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_award_dossier_id")),
        sa.ForeignKeyConstraint(["nominee_id"], ["nominee.id"], name=op.f("fk_award_nominee_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_award_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award")),
        sa.UniqueConstraint("decision_id", "ordinal", name=op.f("uq_award_decision_id_ordinal")),
        sa.UniqueConstraint("nominee_id", name=op.f("uq_award_nominee_id")),
        sa.UniqueConstraint("public_code", name=op.f("uq_award_public_code")),
    )
    op.create_index("ix_award_decided_on", "award", ["decided_on", "id"], unique=False)
    op.create_index(op.f("ix_award_dossier_id"), "award", ["dossier_id"], unique=False)
    op.create_index(op.f("ix_award_unit_id"), "award", ["unit_id"], unique=False)
    op.create_index("ix_award_year_scheme", "award", ["year", "form"], unique=False)
    op.create_table(
        "consolidation_entry",
        sa.Column("consolidation_id", sa.Uuid(), nullable=False),
        sa.Column("nominee_id", sa.Uuid(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("score", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column("selected", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consolidation_id"], ["consolidation.id"], name=op.f("fk_consolidation_entry_consolidation_id")
        ),
        sa.ForeignKeyConstraint(["nominee_id"], ["nominee.id"], name=op.f("fk_consolidation_entry_nominee_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consolidation_entry")),
        sa.UniqueConstraint(
            "consolidation_id", "nominee_id", name=op.f("uq_consolidation_entry_consolidation_id_nominee_id")
        ),
    )
    op.create_table(
        "decision_item",
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("nominee_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_decision_item_decision_id")),
        sa.ForeignKeyConstraint(["nominee_id"], ["nominee.id"], name=op.f("fk_decision_item_nominee_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_item")),
        sa.UniqueConstraint("decision_id", "nominee_id", name=op.f("uq_decision_item_decision_id_nominee_id")),
        sa.UniqueConstraint("decision_id", "ordinal", name=op.f("uq_decision_item_decision_id_ordinal")),
    )
    op.create_table(
        "index_score",
        sa.Column("nominee_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("score", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("approved_by", sa.String(length=300), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["nominee_id"], ["nominee.id"], name=op.f("fk_index_score_nominee_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_index_score")),
        sa.UniqueConstraint("nominee_id", "year", name=op.f("uq_index_score_nominee_id_year")),
    )
    op.create_table(
        "part",
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("nominee_id", sa.Uuid(), nullable=True),
        sa.Column("requirement_code", sa.String(length=80), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_part_document_id")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_part_dossier_id")),
        sa.ForeignKeyConstraint(["nominee_id"], ["nominee.id"], name=op.f("fk_part_nominee_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_part")),
        sa.UniqueConstraint(
            "dossier_id", "nominee_id", "requirement_code", name=op.f("uq_part_dossier_id_nominee_id_requirement_code")
        ),
    )
    op.create_index("ix_part_document", "part", ["document_id"], unique=False)
    op.create_index(
        "uq_part_of_dossier",
        "part",
        ["dossier_id", "requirement_code"],
        unique=True,
        sqlite_where=sa.text("nominee_id IS NULL"),
        postgresql_where=sa.text("nominee_id IS NULL"),
    )
    op.create_table(
        "return_item",
        sa.Column("return_id", sa.Uuid(), nullable=False),
        sa.Column("nominee_id", sa.Uuid(), nullable=True),
        sa.Column("requirement_code", sa.String(length=80), nullable=True),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["nominee_id"], ["nominee.id"], name=op.f("fk_return_item_nominee_id")),
        sa.ForeignKeyConstraint(["return_id"], ["return.id"], name=op.f("fk_return_item_return_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_item")),
    )
    op.create_index(op.f("ix_return_item_return_id"), "return_item", ["return_id"], unique=False)
    op.create_table(
        "review_item",
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("nominee_id", sa.Uuid(), nullable=True),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum("accepted", "rejected", name="reviewverdict", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("comment", sa.String(length=1000), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewed_by", sa.Uuid(), nullable=True),
        sa.Column("reviewer_name", sa.String(length=200), nullable=False),
        sa.Column("on_return", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_review_item_dossier_id")),
        sa.ForeignKeyConstraint(["nominee_id"], ["nominee.id"], name=op.f("fk_review_item_nominee_id")),
        sa.ForeignKeyConstraint(["reviewed_by"], ["person.id"], name=op.f("fk_review_item_reviewed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_item")),
        sa.UniqueConstraint(
            "dossier_id", "nominee_id", "subject", name=op.f("uq_review_item_dossier_id_nominee_id_subject")
        ),
    )
    op.create_index(op.f("ix_review_item_dossier_id"), "review_item", ["dossier_id"], unique=False)
    op.create_table(
        "step",
        sa.Column("route_id", sa.Uuid(), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column(
            "mode",
            sa.Enum("all_of", "any_of", name="stagemode", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "action",
            sa.Enum(
                "initials",
                "approval",
                "number",
                "seal",
                name="stepaction",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column(
            "position_kind",
            sa.Enum(
                "head",
                "deputy_head",
                "council_chair",
                "council_secretary",
                "specialist",
                "registrar",
                name="positionkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("capacities", sa.JSON(), nullable=False),
        sa.Column("field_name", sa.String(length=60), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "done",
                "refused",
                "not_needed",
                "void",
                name="stepoutcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("acted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acted_by", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.String(length=200), nullable=True),
        sa.Column(
            "capacity",
            sa.Enum(
                "none",
                "tm",
                "kt",
                "tl",
                "tuq",
                "q",
                name="capacity",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("position_title", sa.String(length=200), nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=True),
        sa.Column("result_version_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["acted_by"], ["person.id"], name=op.f("fk_step_acted_by")),
        sa.ForeignKeyConstraint(["result_version_id"], ["version.id"], name=op.f("fk_step_result_version_id")),
        sa.ForeignKeyConstraint(["route_id"], ["signing_route.id"], name=op.f("fk_step_route_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_step_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_step")),
        sa.UniqueConstraint("route_id", "stage", "ordinal", name=op.f("uq_step_route_id_stage_ordinal")),
    )
    op.create_index("ix_step_waiting", "step", ["unit_id", "position_kind", "outcome", "opened_at"], unique=False)
    op.create_table(
        "vote",
        sa.Column("nominee_id", sa.Uuid(), nullable=False),
        sa.Column("in_favour", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["nominee_id"], ["nominee.id"], name=op.f("fk_vote_nominee_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vote")),
        sa.UniqueConstraint("nominee_id", name=op.f("uq_vote_nominee_id")),
    )
    op.create_table(
        "pending_signature",
        sa.Column("step_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("version_digest", sa.String(length=64), nullable=False),
        sa.Column("prepared_digest", sa.String(length=64), nullable=False),
        sa.Column("prepared", sa.JSON(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "capacity",
            sa.Enum(
                "none",
                "tm",
                "kt",
                "tl",
                "tuq",
                "q",
                name="capacity",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["signing_key.id"], name=op.f("fk_pending_signature_key_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_pending_signature_person_id")),
        sa.ForeignKeyConstraint(["step_id"], ["step.id"], name=op.f("fk_pending_signature_step_id")),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_pending_signature_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pending_signature")),
    )
    op.create_index(op.f("ix_pending_signature_step_id"), "pending_signature", ["step_id"], unique=False)
    op.create_table(
        "signature",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("step_id", sa.Uuid(), nullable=False),
        sa.Column("field_name", sa.String(length=60), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("signer_name", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("position_title", sa.String(length=200), nullable=False),
        sa.Column(
            "capacity",
            sa.Enum(
                "none",
                "tm",
                "kt",
                "tl",
                "tuq",
                "q",
                name="capacity",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("certificate_sha256", sa.String(length=64), nullable=False),
        sa.Column("certificate_subject", sa.String(length=500), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_signature_person_id")),
        sa.ForeignKeyConstraint(["step_id"], ["step.id"], name=op.f("fk_signature_step_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_signature_unit_id")),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_signature_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signature")),
        sa.UniqueConstraint("step_id", name=op.f("uq_signature_step_id")),
        sa.UniqueConstraint("version_id", "field_name", name=op.f("uq_signature_version_id_field_name")),
    )


def downgrade() -> None:
    op.drop_table("signature")
    op.drop_index(op.f("ix_pending_signature_step_id"), table_name="pending_signature")
    op.drop_table("pending_signature")
    op.drop_table("vote")
    op.drop_index("ix_step_waiting", table_name="step")
    op.drop_table("step")
    op.drop_index(op.f("ix_review_item_dossier_id"), table_name="review_item")
    op.drop_table("review_item")
    op.drop_index(op.f("ix_return_item_return_id"), table_name="return_item")
    op.drop_table("return_item")
    op.drop_index(
        "uq_part_of_dossier",
        table_name="part",
        sqlite_where=sa.text("nominee_id IS NULL"),
        postgresql_where=sa.text("nominee_id IS NULL"),
    )
    op.drop_index("ix_part_document", table_name="part")
    op.drop_table("part")
    op.drop_table("index_score")
    op.drop_table("decision_item")
    op.drop_table("consolidation_entry")
    op.drop_index("ix_award_year_scheme", table_name="award")
    op.drop_index(op.f("ix_award_unit_id"), table_name="award")
    op.drop_index(op.f("ix_award_dossier_id"), table_name="award")
    op.drop_index("ix_award_decided_on", table_name="award")
    op.drop_table("award")
    op.drop_table("attestation")
    op.drop_table("version_text")
    op.drop_table("version_check")
    op.drop_index(op.f("ix_signing_route_document_id"), table_name="signing_route")
    op.drop_table("signing_route")
    op.drop_table("sealed_dossier")
    op.drop_index(op.f("ix_return_dossier_id"), table_name="return")
    op.drop_table("return")
    op.drop_index(op.f("ix_nominee_folded_name"), table_name="nominee")
    op.drop_table("nominee")
    op.drop_table("dossier_summary")
    op.drop_table("council_meeting")
    op.drop_index("ix_version_digest", table_name="version")
    op.drop_table("version")
    op.drop_index("ix_dossier_unit_status", table_name="dossier")
    op.drop_index(op.f("ix_dossier_revision_id"), table_name="dossier")
    op.drop_index("ix_dossier_coordinator_status", table_name="dossier")
    op.drop_index("ix_dossier_appraiser_status", table_name="dossier")
    op.drop_table("dossier")
    op.drop_index(op.f("ix_decision_conferrer_id"), table_name="decision")
    op.drop_table("decision")
    op.drop_table("consolidation")
    op.drop_index(op.f("ix_appointment_position_id"), table_name="appointment")
    op.drop_index(op.f("ix_appointment_person_id"), table_name="appointment")
    op.drop_table("appointment")
    op.drop_table("account_role_link")
    op.drop_index(op.f("ix_unit_succession_successor_id"), table_name="unit_succession")
    op.drop_table("unit_succession")
    op.drop_index(op.f("ix_unit_name_unit_id"), table_name="unit_name")
    op.drop_table("unit_name")
    op.drop_index(op.f("ix_signing_key_unit_id"), table_name="signing_key")
    op.drop_index(op.f("ix_signing_key_person_id"), table_name="signing_key")
    op.drop_table("signing_key")
    op.drop_index(op.f("ix_role_grant_person_id"), table_name="role_grant")
    op.drop_table("role_grant")
    op.drop_index(op.f("ix_position_unit_id"), table_name="position")
    op.drop_table("position")
    op.drop_index(op.f("ix_document_unit_id"), table_name="document")
    op.drop_table("document")
    op.drop_index(op.f("ix_delegation_unit_id"), table_name="delegation")
    op.drop_index(op.f("ix_delegation_delegate_id"), table_name="delegation")
    op.drop_table("delegation")
    op.drop_table("campaign_revision")
    op.drop_table("account")
    op.drop_table("unit")
    op.drop_index(op.f("ix_person_folded_name"), table_name="person")
    op.drop_table("person")
    op.drop_index("ix_outbox_event_waiting", table_name="outbox_event")
    op.drop_table("outbox_event")
    op.drop_table("campaign")
    op.drop_table("audit_event")
    op.drop_table("account_role")
