"""Compare our verdict with other programs' on every file of the test corpus, and write docs/validators.md.

The files are made anew each time by tests/signing/corpus, with an authority of their own. Asked are pdfsig (poppler and
NSS), OpenSSL (cms, ts), mutool and pyHanko's own command; the first three share no code with ours. pdfsig and mutool
return 0 on a broken signature, so what they print is read.

    python -m scripts.validators            writes docs/validators.md
"""

import logging
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dms.signing import pades
from dms.signing.pades import DocumentReport, Verdict
from tests.pki import SUBJECTS, Pki, build_pki, running_pki
from tests.signing.corpus import cases
from tests.signing.corpus.workshop import Case, Workshop

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "validators.md"
START, END = "<!-- table: written by scripts/validators.py -->", "<!-- end of table -->"
TOOLS = ("pdfsig", "openssl", "mutool", "pyhanko")
_PATIENCE = 60
_JUDGED_BY_PDFSIG = re.compile(r"Signature Type: (?:ETSI\.CAdES|adbe)")
_UNCHANGED = re.compile(r"unchanged since signing|signature is valid but")

# Why a program that accepts a file is wrong to, by our reason; the first row that fits is told.
STRICTER: tuple[tuple[str, str], ...] = (
    ("archive_timestamp_visible", "a time stamp may come at any time, but not with a field that covers the page"),
    ("changed_after_signing", "they look at the signed revision only, or count it as filling a form"),
    ("coverage_partial", "the digest is right, but what is read is not what it covers"),
    ("signature_malformed", "they leave out what they cannot read"),
    ("algorithm_weak", "they still take SHA-1, MD5 or RSA-1024"),
    ("certificate_untrusted", "they look at the digest alone"),
    ("certificate_revoked", "they ask for no revocation data here"),
    ("certificate_expired", "they look at the digest alone, or take the signer's own time"),
    ("certificate_not_yet_valid", "they look at the digest alone, or take the signer's own time"),
    ("certificate_unusable", "they do not ask for nonRepudiation"),
    ("signature_forged", "they look at the digest alone"),
    ("timestamp_invalid", "they do not check that the time stamp belongs to the signature"),
    ("content_changed", "they do not see that signature"),
    ("document_too_complex", "we refuse what costs too much before we look"),
)

# Why a program refuses a file that is good.
NARROWER: Mapping[str, str] = {
    "rsa-pss": "mutool does not know RSASSA-PSS",
}


@dataclass(frozen=True)
class Judged:
    """What everybody said of one file."""

    case: Case
    report: DocumentReport
    tools: Mapping[str, bool]

    @property
    def reasons(self) -> list[str]:
        codes = [*self.report.reasons, *(code for each in self.report.signatures for code in each.reasons)]
        return list(dict.fromkeys(codes))


class Bench:
    """The programs, set up to trust one authority."""

    def __init__(self, pki: Pki, folder: Path) -> None:
        self._root, self._folder = pki.root, folder
        self._nss = f"sql:{folder / 'nss'}"
        (folder / "nss").mkdir(parents=True)
        self._said(["certutil", "-N", "-d", self._nss, "--empty-password"])
        self._said(["certutil", "-A", "-d", self._nss, "-n", "root", "-t", ",C,", "-a", "-i", str(pki.root)])

    def ask(self, paths: Sequence[Path]) -> dict[Path, dict[str, bool]]:
        """Whether each program takes all signatures of each file as good."""
        by_pyhanko = self._pyhanko(paths)
        return {
            path: {
                "pdfsig": self._pdfsig(path),
                "openssl": self._openssl(path),
                "mutool": self._mutool(path),
                "pyhanko": by_pyhanko[path],
            }
            for path in paths
        }

    def _pdfsig(self, path: Path) -> bool:
        """The first word on a certificate counts: poppler 22.12 says "unknown issue" of one that it just trusted."""
        said = self._said(["pdfsig", "-nssdir", self._nss, "-no-ocsp", str(path)])
        blocks = [each for each in said.split("Signature #")[1:] if _JUDGED_BY_PDFSIG.search(each)]
        trusted = {_name(each) for each in blocks if "Certificate is Trusted" in each}
        return bool(blocks) and all("Signature is Valid" in each and _name(each) in trusted for each in blocks)

    def _mutool(self, path: Path) -> bool:
        """It trusts only its own store, so only what it says about the digest counts."""
        said = self._said(["mutool", "sign", "-v", str(path)])
        blocks = [each for each in said.split("Verifying signature")[1:] if "Signature is not signed" not in each]
        return bool(blocks) and all(_UNCHANGED.search(each) for each in blocks)

    def _openssl(self, path: Path) -> bool:
        with tempfile.TemporaryDirectory(dir=self._folder) as name:
            cut = [sys.executable, str(ROOT / "scripts" / "check_signatures.py"), str(path), name]
            if subprocess.run(cut, capture_output=True, check=False, timeout=_PATIENCE).returncode:
                return False
            parts = sorted(Path(name).glob("*.p7s"))
            return bool(parts) and all(self._openssl_part(part) for part in parts)

    def _openssl_part(self, part: Path) -> bool:
        content = str(part.with_suffix(".content"))
        trust = ["-CAfile", str(self._root)]
        printed = self._said(["openssl", "cms", "-cmsout", "-inform", "DER", "-in", str(part), "-print"])
        if "eContentType: id-smime-ct-TSTInfo" in printed:
            said = self._said(["openssl", "ts", "-verify", "-token_in", "-in", str(part), "-data", content, *trust])
            return "Verification: OK" in said
        verify = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", str(part), "-content", content]
        said = self._said([*verify, *trust, "-purpose", "any", "-out", "/dev/null"])
        return "CMS Verification successful" in said or "Verification successful" in said

    def _pyhanko(self, paths: Sequence[Path]) -> dict[Path, bool]:
        command = [sys.executable, "-m", "scripts.pyhanko_says", str(self._root), *map(str, paths)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT, timeout=10 * _PATIENCE)
        return dict(zip(paths, (line == "accepts" for line in done.stdout.split()), strict=True))

    @staticmethod
    def _said(command: list[str]) -> str:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False, timeout=_PATIENCE)
        return done.stdout + done.stderr


@contextmanager
def corpus(folder: Path) -> Iterator[Workshop]:
    """A workshop with running authorities in ``folder``."""
    stranger = [subject for subject in SUBJECTS if subject.ref == "head"]
    with running_pki(folder / "pki") as pki:
        yield Workshop(folder, pki, build_pki(folder / "stranger", stranger))


def judged(shop: Workshop, bench: Bench, group: Sequence[Case]) -> list[Judged]:
    """Make the files of a group and let everybody judge them."""
    paths = {case: shop.place(case.name) for case in group}
    for case, path in paths.items():
        case.make(shop, path)
    told = bench.ask(list(paths.values()))
    return [Judged(case, pades.validate(path, trust=shop.pki.trust), told[path]) for case, path in paths.items()]


# --- the page


def page(groups: Mapping[str, list[Judged]]) -> str:
    """The table between its marks."""
    parts = [START]
    for title, rows in groups.items():
        parts += ["", f"### {title}", "", "| file | what | our verdict | " + " | ".join(TOOLS) + " | why we differ |"]
        parts.append("| --- " * (len(TOOLS) + 4) + "|")
        parts += [_row(each) for each in rows]
    return "\n".join([*parts, "", _summary([each for rows in groups.values() for each in rows]), "", END])


def _row(one: Judged) -> str:
    words = {Verdict.VALID: "hợp lệ", Verdict.INVALID: "không hợp lệ", Verdict.UNPROVEN: "chưa xác minh được"}
    verdict = words[one.report.verdict]
    codes = f" (`{'`, `'.join(one.reasons)}`)" if one.reasons else ""
    marks = ["accepts" if one.tools[tool] else "refuses" for tool in TOOLS]
    cells = [f"`{one.case.name}`", one.case.what, verdict + codes, *marks, why(one)]
    return "| " + " | ".join(cells) + " |"


def why(one: Judged) -> str:
    """Why a program says otherwise than we; empty where all agree."""
    is_valid = one.report.verdict is Verdict.VALID
    others = [tool for tool in TOOLS if one.tools[tool] is not is_valid]
    if one.case.known:
        return "good in itself; our stored digest and list of signers show it"
    if not others:
        return ""
    if is_valid:
        return NARROWER.get(one.case.name, "unexplained")
    told = next((words for code, words in STRICTER if code in one.reasons), "unexplained")
    return f"{', '.join(others)}: {told}"


def _name(block: str) -> str:
    found = re.search(r"Distinguished Name: (.*)", block)
    return found[1] if found else ""


def _summary(rows: list[Judged]) -> str:
    ours = [each for each in rows if each.report.verdict is not Verdict.VALID]
    missed = {tool: sum(each.tools[tool] for each in ours) for tool in TOOLS}
    counted = ", ".join(f"{tool} {count}" for tool, count in missed.items())
    return f"Of {len(ours)} files that we do not call valid, these are accepted by: {counted}."


def compare(folder: Path) -> dict[str, list[Judged]]:
    """Judge the whole corpus."""
    with corpus(folder) as shop:
        bench = Bench(shop.pki, folder / "tools")
        return {title: judged(shop, bench, group) for title, group in cases.GROUPS.items()}


def main() -> int:
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as name:
        table = page(compare(Path(name)))
    text = PAGE.read_text("utf-8")
    before, _, rest = text.partition(START)
    PAGE.write_text(before + table + rest.partition(END)[2], "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
