"""The one function that others call: rules and facts in, every finding out."""

from dms.completeness.checks import CHECKS
from dms.completeness.model import Facts, Finding, Rules


def evaluate(rules: Rules, facts: Facts) -> tuple[Finding, ...]:
    """Every finding about a dossier, met ones too, in an order that depends on rules and nominees and not on storage.

    Pure: the same rules and facts give the same findings. A criterion that is not proven does not block unless the
    campaign file says so; a person decides it (P07-P11).
    """
    return tuple(found for check in CHECKS.values() for found in check(rules, facts))
