"""A paper on its way: whose turn it is, what waits for whom, how a way ends."""

from pathlib import Path

import pytest

from dms import clock
from dms.errors import Conflict, Invalid, NotFound
from dms.signing import pades, service
from dms.signing.models import RouteOutcome, StepOutcome
from tests.dms.signing.office import (
    APPROVAL,
    HEAD_ONLY,
    INITIALS,
    LETTER_ROUTE,
    NUMBER,
    SEAL,
    Office,
    P,
)


@pytest.mark.rule("P25")
def test_a_letter_goes_from_initials_to_the_seal(office: Office, tmp_path: Path) -> None:
    route = office.through_to_seal(office.started())

    assert route.outcome is RouteOutcome.COMPLETED
    assert [step.outcome for step in route.steps] == [StepOutcome.DONE] * 4
    fields = pades.inspect_fields(office.file(route, tmp_path))
    assert fields.signed_fields == ("initials_1_1", "approval_2_1", "seal_4_1")
    assert fields.text_fields == {"so": "125", "ngay": "24", "thang": "11", "nam": "2026"}
