"""Texts that are folded over lines in a campaign file reach papers and pages as one clean line."""

import unicodedata
from pathlib import Path

import pytest

from dms.campaigns.loader import load

FILES = sorted((Path(__file__).resolve().parents[3] / "campaigns").glob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_text_of_a_campaign_holds_a_control_character(path: Path) -> None:
    text = load(path.read_text(), path.name).model_dump_json()
    assert not [char for char in text if unicodedata.category(char) == "Cc"]
    assert "\\u0007" not in text
