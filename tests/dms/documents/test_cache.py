"""Pages that were drawn are kept: by many at once, and never more than their room."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from dms.documents import cache


def test_many_who_keep_pages_of_one_folder_at_once_are_not_in_each_others_way(tmp_path: Path) -> None:
    def keep(number: int) -> None:
        cache.keep(cache.place(tmp_path, "pages", "a" * 64, f"{number % 7}.png"), b"x" * 2000)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(keep, range(600)))  # raises what any of them met
    assert sorted(path.name[-5:] for path in (tmp_path / "cache" / "pages" / "a").iterdir()) == [
        f"{number}.png" for number in range(7)
    ]
