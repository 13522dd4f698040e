"""Check the history in a bag without the service that wrote it: ``python3 verify_chain.py [folder of the bag]``.

Python 3.9 or later, nothing to install. Each event holds the SHA-256 of the event before it, so that nothing can be
changed, dropped or put in between without breaking all that follows; the seal names the manifest of all files.
"""

import hashlib
import json
import sys
from pathlib import Path


def hash_of(event: dict[str, object]) -> str:
    """SHA-256 over the event without its own hash: JSON, keys sorted, no spaces, UTF-8."""
    told = {key: value for key, value in event.items() if key != "hash"}
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def problems_of(events: list[dict[str, object]]) -> list[str]:
    """What does not hold in a chain; empty if it is whole."""
    found = []
    previous = "0" * 64
    for position, event in enumerate(events):
        if event["position"] != position:
            found.append(f"event {position}: missing or out of order")
        if event["previous_hash"] != previous:
            found.append(f"event {position}: does not follow the event before it")
        if event["hash"] != hash_of(event):
            found.append(f"event {position}: was changed")
        previous = str(event["hash"])
    return found


def problems_of_seal(bag: Path, events: list[dict[str, object]]) -> list[str]:
    """The manifest that was sealed must be the one in the bag, and its files must be there unchanged."""
    seals = [event["data"] for event in events if event["tag"] == "dossier:archive:seal"]
    kept = bag / "data" / "metadata" / "seal-manifest.json"
    if not seals:
        return []
    if not kept.exists() or hashlib.sha256(kept.read_bytes()).hexdigest() != seals[-1]["manifest"]:  # type: ignore[index]  # JSON
        return ["the seal names another manifest than metadata/seal-manifest.json"]
    present = {hashlib.sha256(path.read_bytes()).hexdigest() for path in (bag / "data").rglob("*") if path.is_file()}
    manifest = json.loads(kept.read_text("utf-8"))
    versions = [version for paper in manifest["papers"] for version in paper["versions"]]
    return [
        f"{each['filename']} (version {each['number']}) is missing"
        for each in versions
        if each["sha256"] not in present
    ]


def main() -> int:
    """Print a line for each chain; 0 if all hold."""
    bag = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent
    failed = False
    for file in sorted((bag / "data" / "events").glob("*.json")):
        events = json.loads(file.read_text("utf-8"))["events"]
        found = problems_of(events)
        if file.name == "dossier.json":
            found += problems_of_seal(bag, events)
        failed = failed or bool(found)
        sys.stdout.write(f"{file.name}: " + ("; ".join(found) or f"{len(events)} events, the chain holds") + "\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
