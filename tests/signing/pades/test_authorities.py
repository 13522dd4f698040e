"""Several time-stamping authorities: one that fails makes way, and one that lies is never believed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from demo import pki as demo_pki
from dms.errors import Unavailable
from dms.signing import pades
from dms.signing.pades.authorities import Address, addresses
from tests.pki import SUBJECTS, Pki, build_pki, running_pki
from tests.signing import bad_authorities as bad
from tests.signing.pades import flow

QUICK = {"fetch_timeout": 5.0, "patience": 60.0}
NOBODY = "http://127.0.0.1:9/tsa"


def signed_with(pki: Pki, folder: Path, tsa_url: str, **changes: object) -> tuple[Path, str]:
    """A letter signed with these authorities, and who made its time stamp."""
    trust = pki.new_trust(tsa_url=tsa_url, **(QUICK | changes))
    path = flow.sign(pki, flow.letter(folder), folder / "signed.pdf", "head", "head", trust=trust)
    (signature,) = pades.validate(path, trust=pki.offline).signatures
    assert signature.verdict == "valid"
    return path, signature.timestamp_by


@pytest.mark.parametrize("liar", bad.LIARS, ids=lambda each: each.__name__)
def test_an_authority_that_fails_or_lies_makes_way_for_the_next(pki: Pki, tmp_path: Path, liar: type[bad.Bad]) -> None:
    with bad.serving(liar, pki.tsa_url) as url, capture_logs() as logs:
        _, stamped_by = signed_with(pki, tmp_path, f"first={url} {pki.second_tsa_url}")

    assert stamped_by == "DẤU THỜI GIAN DỰ PHÒNG (DEMO)"
    told = [(each["authority"], each["reason"]) for each in logs if each["event"] == "time_authority_failed"]
    assert told == [("first", bad.LIARS[liar])]  # asked once: for the second half it rests


@pytest.mark.parametrize("liar", bad.LIARS, ids=lambda each: each.__name__)
def test_an_authority_that_fails_or_lies_is_never_believed_even_if_there_is_no_other(
    pki: Pki, tmp_path: Path, liar: type[bad.Bad]
) -> None:
    source, target = flow.letter(tmp_path), tmp_path / "signed.pdf"
    with bad.serving(liar, pki.tsa_url) as url, pytest.raises(Unavailable) as refusal:
        flow.sign(pki, source, target, "head", "head", trust=pki.new_trust(tsa_url=f"only={url}", **QUICK))

    assert refusal.value.code == "timestamp_unavailable"
    assert refusal.value.params["authorities"] == {"only": bad.LIARS[liar]}
    assert not target.exists()


@pytest.mark.parametrize("off", [timedelta(minutes=-3), timedelta(minutes=3), timedelta(days=-400)])
def test_an_authority_whose_clock_is_off_is_not_believed(pki: Pki, tmp_path: Path, off: timedelta) -> None:
    with bad.with_wrong_clock(pki, off) as url:
        _, stamped_by = signed_with(pki, tmp_path, f"{url} {pki.second_tsa_url}")
        with pytest.raises(Unavailable) as refusal:
            signed_with(pki, tmp_path, f"only={url}")

    assert stamped_by == "DẤU THỜI GIAN DỰ PHÒNG (DEMO)"
    assert refusal.value.params["authorities"] == {"only": "wrong_time"}


def test_a_clock_that_is_off_by_less_than_the_tolerance_is_taken(pki: Pki, tmp_path: Path) -> None:
    with bad.with_wrong_clock(pki, timedelta(seconds=-20)) as url:
        _, stamped_by = signed_with(pki, tmp_path, url)

    assert stamped_by == "DẤU THỜI GIAN THỬ NGHIỆM (DEMO)"


def test_an_authority_with_the_same_name_under_another_root_is_not_believed(pki: Pki, tmp_path: Path) -> None:
    with running_pki(tmp_path / "stranger", []) as stranger:
        _, stamped_by = signed_with(pki, tmp_path, f"{stranger.tsa_url} {pki.second_tsa_url}")
        with pytest.raises(Unavailable) as refusal:
            signed_with(pki, tmp_path, f"only={stranger.tsa_url}")

    assert stamped_by == "DẤU THỜI GIAN DỰ PHÒNG (DEMO)"
    assert refusal.value.params["authorities"] == {"only": "untrusted"}


def test_an_authority_whose_certificate_was_revoked_makes_way_for_the_next(tmp_path: Path) -> None:
    with running_pki(tmp_path / "own", [subject for subject in SUBJECTS if subject.ref == "head"]) as own:
        demo_pki.revoke(own.folder, "tsa", at=datetime.now(UTC) - timedelta(days=8))
        _, stamped_by = signed_with(own, tmp_path, f"{own.tsa_url} {own.second_tsa_url}")

    assert stamped_by == "DẤU THỜI GIAN DỰ PHÒNG (DEMO)"


def test_time_stamps_have_anchors_of_their_own_that_vouch_for_no_signer(pki: Pki, tmp_path: Path) -> None:
    """The root of a time-stamping service must not be able to make signers, nor the signers' root time stamps."""
    with running_pki(tmp_path / "elsewhere", [each for each in SUBJECTS if each.ref == "head"]) as elsewhere:
        apart = {"tsa_roots": [elsewhere.root.read_bytes()], "fetch_timeout": 5.0}
        trust = pki.new_trust(tsa_url=elsewhere.tsa_url, **apart)
        path = flow.sign(pki, flow.letter(tmp_path), tmp_path / "signed.pdf", "head", "head", trust=trust)
        offline = pki.new_trust(tsa_url=None, online=False, **apart)
        assert pades.validate(path, trust=offline).is_valid
        assert not pades.validate(path, trust=pki.offline).is_valid
        own = flow.sign(elsewhere, flow.letter(tmp_path), tmp_path / "own.pdf", "head", "head")
        report = pades.validate(own, trust=offline)
        assert report.signatures[0].reasons == ("certificate_untrusted",)
        with pytest.raises(Unavailable, match="timestamp_unavailable"):
            flow.sign(
                pki,
                flow.letter(tmp_path),
                tmp_path / "other.pdf",
                "head",
                "head",
                trust=pki.new_trust(tsa_url=pki.tsa_url, **apart),
            )


def test_an_archive_time_stamp_comes_from_the_next_authority_too(pki: Pki, tmp_path: Path) -> None:
    path = flow.sealed(pki, tmp_path)
    pades.extend_lta(path, pki.new_trust(tsa_url=f"{NOBODY} {pki.second_tsa_url}"))

    (stamp,) = pades.archive_stamps(path)
    assert stamp.authority == "DẤU THỜI GIAN DỰ PHÒNG (DEMO)"
    assert pades.validate(path, trust=pki.offline, expected=flow.expected(pki, path)).is_valid


def test_an_authority_that_is_well_again_is_asked_first_again(pki: Pki, tmp_path: Path) -> None:
    trust = pki.new_trust(tsa_url=f"{NOBODY} {pki.second_tsa_url}")
    authorities = trust.tsa
    assert authorities is not None
    flow.sign(pki, flow.letter(tmp_path), tmp_path / "signed.pdf", "head", "head", trust=trust)
    first, second = authorities.authorities
    assert authorities.in_order() == [second, first]
    first.rests_until = 0.0  # the minute is over
    assert authorities.in_order() == [first, second]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://tsa.example.vn/tsr", Address("tsa.example.vn", "https://tsa.example.vn/tsr")),
        ("VNPT=http://tsa.example.vn:8080", Address("VNPT", "http://tsa.example.vn:8080")),
        (
            "ban-co-yeu=https://dms:b%40d@tsa.example.vn/a?b=c",
            Address("ban-co-yeu", "https://tsa.example.vn/a?b=c", "dms", "b@d"),
        ),
    ],
)
def test_an_authority_is_written_as_an_address_with_or_without_name_and_password(text: str, address: Address) -> None:
    assert Address.parse(text) == address
    assert "b@d" not in repr(Address.parse(text))


def test_authorities_on_one_machine_have_names_of_their_own() -> None:
    names = [each.name for each in addresses("http://tsa.vn/one http://tsa.vn/two http://other.vn http://tsa.vn/one")]
    assert names == ["tsa.vn/one (1)", "tsa.vn/two (2)", "other.vn", "tsa.vn/one (4)"]


# --- OCSP and CRL

SLOWEST = {"fetch_timeout": 2.0, "patience": 5.0}


@pytest.fixture
def own(tmp_path: Path) -> Pki:
    return build_pki(tmp_path / "own", [each for each in SUBJECTS if each.ref in {"head", "deputy"}])


@pytest.mark.parametrize("fault", [bad.hang, bad.break_down, bad.babble])
def test_while_nobody_tells_of_revocation_nothing_is_signed_and_the_wait_has_an_end(
    own: Pki, tmp_path: Path, fault: bad.Fault
) -> None:
    source, target = flow.letter(tmp_path), tmp_path / "signed.pdf"
    before = source.read_bytes()
    with bad.faulty(own, {"/ocsp/": fault, "/crls/": fault}), pytest.raises(Unavailable) as refusal:
        flow.sign(own, source, target, "head", "head", trust=own.new_trust(**SLOWEST))

    assert refusal.value.code in {"revocation_unavailable", "authorities_too_slow"}
    assert source.read_bytes() == before
    assert not target.exists()


@pytest.mark.parametrize("fault", [bad.hang, bad.break_down, bad.babble])
def test_when_ocsp_fails_the_revocation_list_is_asked(own: Pki, tmp_path: Path, fault: bad.Fault) -> None:
    with bad.faulty(own, {"/ocsp/": fault}):
        path = flow.sign(
            own, flow.letter(tmp_path), tmp_path / "signed.pdf", "head", "head", trust=own.new_trust(**QUICK)
        )
    assert pades.validate(path, trust=own.offline).is_valid


def test_an_answer_about_another_certificate_tells_nothing_of_ours(own: Pki, tmp_path: Path) -> None:
    """The responder says of everybody what it truly said of the deputy, who is in good standing."""
    heard: list[bytes] = []
    real = demo_pki._Application(own.folder)

    def listen(environ: object, start: object) -> list[bytes]:
        heard.append(b"".join(real(environ, start)))
        return heard[-1:]

    def replay(_environ: object, start: Callable[[str, list[tuple[str, str]]], object]) -> list[bytes]:
        start("200 OK", [("Content-Type", "application/ocsp-response")])
        return heard[-1:]

    letter = flow.letter(tmp_path)
    with bad.faulty(own, {"/ocsp/": listen}):
        flow.sign(own, letter, tmp_path / "1.pdf", "head", "deputy")
    demo_pki.revoke(own.folder, "head")
    with bad.faulty(own, {"/ocsp/": replay, "/crls/issuing": bad.break_down}), pytest.raises(Unavailable) as refusal:
        flow.sign(own, letter, tmp_path / "2.pdf", "head", "head")
    assert refusal.value.code == "revocation_unavailable"
    assert not (tmp_path / "2.pdf").exists()


def test_an_authority_that_dies_between_the_halves_leaves_the_half_as_it_was(own: Pki, tmp_path: Path) -> None:
    key, target = own.key("head"), tmp_path / "half.pdf"
    trust = own.new_trust(freshness=timedelta(0))
    hurried = own.new_trust(freshness=timedelta(0), **SLOWEST)
    with bad.faulty(own, {}):
        prepared = pades.prepare(
            flow.letter(tmp_path),
            target,
            field="head",
            certificate_der=key.certificate,
            chain_der=key.chain,
            trust=trust,
        )
    before, raw = target.read_bytes(), key.sign(prepared.signed_attributes)
    for faults in ({"/tsa/": bad.hang}, {"/tsa/": bad.break_down}, {"/ocsp/": bad.hang, "/crls/": bad.hang}):
        with bad.faulty(own, faults), pytest.raises(Unavailable):
            pades.finish(target, prepared, raw, hurried)
        assert target.read_bytes() == before
    with bad.faulty(own, {}):
        pades.finish(target, prepared, raw, own.new_trust())
    assert pades.validate(target, trust=own.offline).is_valid
