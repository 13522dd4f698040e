"""Every file of the corpus, in the order of the table in docs/validators.md."""

from collections.abc import Mapping

from tests.signing.corpus import accepted, edited, forged, hostile
from tests.signing.corpus.workshop import Case

GROUPS: Mapping[str, tuple[Case, ...]] = {
    "Good files": tuple(accepted.ALL),
    "Forged signatures, certificates, time stamps": tuple(forged.ALL),
    "Changed after signing": tuple(edited.ALL),
    "Broken and hostile files": tuple(hostile.ALL),
}
ALL: tuple[Case, ...] = tuple(case for cases in GROUPS.values() for case in cases)
