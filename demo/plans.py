"""The campaigns of the demo: the shipped files, with the deadlines of whoever looks at them today.

The plan's own days are over, so with them everything would read "overdue". Only the days are moved, and each moved one
says so in its title, with the day that the plan names.
"""

import re
from datetime import date, timedelta
from pathlib import Path

DAYS_LEFT = {"to_coordinator": 20, "to_head": 20, "to_chair": 35}
"""How many days after the demo is loaded each kind of hand-over is due."""

_DEADLINE = re.compile(
    r"(?P<head>- code: \S+\n(?P<indent> +)kind: (?P<kind>to_\w+)\n +title: )(?P<title>.+)\n +before: (?P<day>[\d-]+)\n"
)
NOTE = "# Bản dùng cho trình diễn: chỉ các thời hạn được dời theo ngày nạp dữ liệu; mọi nội dung khác giữ nguyên.\n"


def for_demo(path: Path, today: date) -> str:
    """The text of a campaign file for a demo that is loaded today; a deadline that is still ahead stays."""
    moved = _DEADLINE.sub(lambda found: _moved(found, today), path.read_text("utf-8"))
    return NOTE + moved


def _moved(found: re.Match[str], today: date) -> str:
    own = date.fromisoformat(found["day"])
    if own > today:
        return found[0]
    before = today + timedelta(days=DAYS_LEFT[found["kind"]])
    title = f"{found['title']} (thời hạn trình diễn; theo Kế hoạch là trước ngày {own:%d/%m/%Y})"
    return f"{found['head']}{title}\n{found['indent']}before: {before.isoformat()}\n"
