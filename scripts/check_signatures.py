"""Take the signatures out of a PDF by its bytes alone: N.content is what was signed, N.p7s the signature (DER).

Called by check_signatures.sh; shares nothing with the library that made the signatures.
"""

import binascii
import re
import sys
from pathlib import Path

_BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)")


def main() -> None:
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    data = source.read_bytes()
    found = list(_BYTE_RANGE.finditer(data))
    for number, match in enumerate(found):
        start, length, after, rest = (int(part) for part in match.groups())
        (target / f"{number}.content").write_bytes(data[start : start + length] + data[after : after + rest])
        (target / f"{number}.p7s").write_bytes(_signature(data[start + length : after], start))
    if not found:
        sys.exit(f"{source}: no signature")
    if sum(int(part) for part in found[-1].groups()[2:]) > len(data):
        sys.exit(f"{source}: the last signature covers more than there is")


def _signature(place: bytes, start: int) -> bytes:
    if start != 0 or place[:1] != b"<" or place[-1:] != b">":
        sys.exit("the range leaves out more than the signature")
    der = binascii.unhexlify(place[1:-1])
    size = der[1] & 0x7F
    return der[: int.from_bytes(der[2 : 2 + size], "big") + 2 + size]


if __name__ == "__main__":
    main()
