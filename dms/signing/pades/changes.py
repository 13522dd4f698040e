"""Which later changes are lawful. pyHanko's rules decide; one of its checks is wrong and has a second opinion here."""

from pyhanko.pdf_utils.reader import HistoricalResolver
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, DiffResult, StandardDiffPolicy, SuspiciousModification
from pyhanko.sign.diff_analysis.constants import ACROFORM_EXEMPT_STRICT_COMPARISON
from pyhanko.sign.diff_analysis.form_rules_api import FormUpdatingRule
from pyhanko.sign.diff_analysis.rules.form_field_rules import (
    GenericFieldModificationRule,
    SigFieldCreationRule,
    SigFieldModificationRule,
)
from pyhanko.sign.fields import FieldMDPSpec, MDPPerm


class Lawful(StandardDiffPolicy):
    """pyHanko's default rules, or the same without changes of an appearance in its place.

    pyHanko 0.38 takes a field that was filled in an update *before* a locking signature for one that changed after it
    (``_allow_in_place_appearance_update`` compares revisions with ``==``), so a seal that another program made would
    become invalid with its own proof. Both sets of rules name what is allowed, so either may say yes.
    """

    def __init__(self, ignored: frozenset[str] = frozenset()) -> None:
        rules = DEFAULT_DIFF_POLICY.global_rules
        super().__init__(rules, _form_rule(ignored, in_place=True))
        self._strict = StandardDiffPolicy(rules, _form_rule(ignored, in_place=False))

    def apply(
        self,
        old: HistoricalResolver,
        new: HistoricalResolver,
        field_mdp_spec: FieldMDPSpec | None = None,
        doc_mdp: MDPPerm | None = None,
    ) -> DiffResult:
        """What changed between two revisions; SuspiciousModification for what neither set of rules allows."""
        try:
            return super().apply(old, new, field_mdp_spec, doc_mdp)
        except SuspiciousModification:
            return self._strict.apply(old, new, field_mdp_spec, doc_mdp)


def _form_rule(ignored: frozenset[str], *, in_place: bool) -> FormUpdatingRule:
    """The rules of pyHanko for fields; ``ignored`` are more keys of the form that may change."""
    fields = [
        SigFieldCreationRule(),
        SigFieldModificationRule(allow_in_place_appearance_stream_changes=in_place),
        GenericFieldModificationRule(allow_in_place_appearance_stream_changes=in_place),
    ]
    return FormUpdatingRule(fields, ignored_acroform_keys=ACROFORM_EXEMPT_STRICT_COMPARISON | ignored)


AFTER_SIGNATURE = Lawful()
"""What may happen to a file once it is signed."""

OF_FIRST_SIGNATURE = Lawful(frozenset({"/SigFlags"}))
"""What may happen to it in the update that brings its first signature: the form then says that it is signed."""
