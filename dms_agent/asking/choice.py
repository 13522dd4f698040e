"""Which way of asking this computer has."""

from collections.abc import Callable, Mapping

from dms_agent.asking import terminal, window
from dms_agent.asking.page import Page
from dms_agent.asking.question import Asker
from dms_agent.asking.terminal import Terminal
from dms_agent.asking.window import Window

AUTO = "auto"
WAYS: Mapping[str, Callable[[], Asker]] = {"window": Window, "terminal": Terminal, "page": Page}


def asker(name: str) -> Asker:
    """The way of that name; ``auto``: a window if there is a display, else the terminal, else a page."""
    if name != AUTO:
        return WAYS[name]()
    if window.is_there():
        return Window()
    return Terminal() if terminal.is_there() else Page()
