"""Asking in a window of the program's own, where there is a display. The standard library's Tk: nothing to install."""

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from dms_agent.asking.question import Answer, Question
from dms_agent.errors import AgentError

if TYPE_CHECKING:
    import tkinter as tk

_WIDTH = 560
_PAD = 12


def is_there() -> bool:
    """Whether a window can be opened."""
    with suppress(Exception):  # no Tk in this Python, no display, no right to it: all the same to us
        _root().destroy()
        return True
    return False


def _root() -> "tk.Tk":
    import tkinter as tk

    return tk.Tk()


class Window:
    """See ``Asker``. One window, in front of the others; closing it means not to sign."""

    def ask(self, question: Question) -> Answer:
        """See ``Asker.ask``."""
        try:
            return _Form(_root(), question).answer()
        except (ImportError, RuntimeError) as error:
            raise AgentError("nobody_asked") from error


class _Form:
    def __init__(self, root: "tk.Tk", question: Question) -> None:
        self._root = root
        self._answer = Answer(agreed=False)
        root.title(question.say("title"))
        root.minsize(_WIDTH, 420)
        root.protocol("WM_DELETE_WINDOW", root.destroy)
        root.attributes("-topmost", True)
        self._facts(question)
        self._papers(question)
        self._pin = self._entry(question)
        self._buttons(question)

    def answer(self) -> Answer:
        """Wait for a button."""
        self._root.mainloop()
        return self._answer

    def _facts(self, question: Question) -> None:
        for label, value in question.facts():
            self._line(f"{label}: {value}")
        self._line(question.heading, bold=True)

    def _papers(self, question: Question) -> None:
        import tkinter as tk
        from tkinter import ttk

        frame = ttk.Frame(self._root, padding=(_PAD, 0))
        frame.pack(fill="both", expand=True)
        box = tk.Text(frame, height=8, wrap="word", borderwidth=1, relief="solid", padx=8, pady=6, font="TkDefaultFont")
        bar = ttk.Scrollbar(frame, command=box.yview)
        box.configure(yscrollcommand=bar.set)
        bar.pack(side="right", fill="y")
        box.pack(side="left", fill="both", expand=True)
        for paper, digest in question.papers():
            box.insert("end", f"• {paper}\n  {digest}\n")
        box.configure(state="disabled")

    def _entry(self, question: Question) -> Any:
        from tkinter import ttk

        if question.warning:
            self._line(f"⚠ {question.warning}", bold=True)
        if question.held.has_pin_pad:
            self._line(question.say("pad"))
            return None
        self._line(question.say("pin"))
        entry = ttk.Entry(self._root, show="•")
        entry.pack(fill="x", padx=_PAD)
        entry.bind("<Return>", lambda _event: self._agree())
        entry.focus_force()
        return entry

    def _buttons(self, question: Question) -> None:
        from tkinter import ttk

        self._line(question.say("promise"))
        frame = ttk.Frame(self._root, padding=_PAD)
        frame.pack(fill="x")
        ttk.Button(frame, text=question.say("sign"), command=self._agree).pack(side="right")
        ttk.Button(frame, text=question.say("decline"), command=self._root.destroy).pack(side="right", padx=_PAD)
        self._root.bind("<Escape>", lambda _event: self._root.destroy())

    def _line(self, words: str, *, bold: bool = False) -> None:
        from tkinter import ttk

        font = ("TkDefaultFont", 10, "bold") if bold else ("TkDefaultFont", 10)
        label = ttk.Label(self._root, text=words, wraplength=_WIDTH - 2 * _PAD, font=font, padding=(_PAD, 4))
        label.pack(anchor="w", fill="x")

    def _agree(self) -> None:
        if self._pin is not None:
            typed = self._pin.get()
            if not typed:
                return
            self._answer.pin[:] = typed.encode()
            self._pin.delete(0, "end")
        self._answer.agreed = True
        self._root.destroy()
