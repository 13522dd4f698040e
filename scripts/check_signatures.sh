#!/usr/bin/env bash
# Let programs that share no code with ours judge signed PDF files: pdfsig (NSS), mutool, openssl (CAdES, time stamps),
# pyHanko's own command and qpdf. pdfsig and mutool return 0 on a broken signature, so what they print is read.
# None but pyHanko looks at what was changed after signing: this check does not replace our verdict. pyHanko asks the
# addresses in the certificates, so the authority (for the demo: python -m demo.pki serve) must be running.
#
#   scripts/check_signatures.sh ROOT.pem FILE.pdf [FILE.pdf …]        returns 0 if every tool accepts every file
set -uo pipefail

root=${1:?usage: check_signatures.sh ROOT.pem FILE.pdf …}
shift
here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-$here/../.venv/bin/python}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

refuse() {
  echo "REFUSED  $1"
  failed=1
}

trust_store() {
  certutil -N -d "sql:$work/nss" --empty-password && certutil -A -d "sql:$work/nss" -n root -t ",C," -a -i "$root"
}

by_pdfsig() {
  local said count valid trusted
  said=$(pdfsig -nssdir "sql:$work/nss" -no-ocsp "$1" 2>&1)
  count=$(grep -c 'Signature Type: \(ETSI.CAdES\|adbe\)' <<<"$said")
  valid=$(grep -c 'Signature is Valid' <<<"$said")
  trusted=$(grep -c 'Certificate is Trusted' <<<"$said")
  [ "$count" -gt 0 ] && [ "$count" = "$valid" ] && [ "$count" = "$trusted" ] || refuse "pdfsig: $1: $said"
}

by_mutool() {
  # mutool trusts only its own store, so its words about the chain are not read; those about the digest are.
  local said
  said=$(mutool sign -v "$1" 2>&1)
  grep -q 'Verifying signature' <<<"$said" || refuse "mutool: $1: no signature found"
  ! grep -q 'Digest error' <<<"$said" || refuse "mutool: $1: $said"
}

by_openssl() {
  local parts part content
  parts=$(mktemp -d -p "$work")
  "$python" "$here/check_signatures.py" "$1" "$parts" || refuse "byte ranges: $1"
  for part in "$parts"/*.p7s; do
    content=${part%.p7s}.content
    if openssl cms -cmsout -inform DER -in "$part" -print | grep -q 'eContentType: id-smime-ct-TSTInfo'; then
      openssl ts -verify -token_in -in "$part" -data "$content" -CAfile "$root" 2>&1 | grep -q 'Verification: OK' ||
        refuse "openssl ts: $1"
    else
      openssl cms -verify -cades -binary -inform DER -in "$part" -content "$content" -CAfile "$root" -purpose any \
        -out /dev/null 2>"$work/openssl" || refuse "openssl cms: $1: $(cat "$work/openssl")"
    fi
  done
}

by_pyhanko() {
  local said
  said=$("$python" -m pyhanko sign validate --trust "$root" --trust-replace --executive-summary "$1" 2>&1) &&
    ! grep -q 'INVALID' <<<"$said" || refuse "pyhanko: $1: $said"
}

by_qpdf() {
  qpdf --check "$1" >"$work/qpdf" 2>&1 || refuse "qpdf: $1: $(cat "$work/qpdf")"
}

mkdir "$work/nss"
trust_store || exit 2
for file in "$@"; do
  before=$failed
  failed=0
  by_pdfsig "$file"
  by_mutool "$file"
  by_openssl "$file"
  by_pyhanko "$file"
  by_qpdf "$file"
  [ "$failed" = 0 ] && echo "accepted $file"
  failed=$((before | failed))
done
exit "$failed"
