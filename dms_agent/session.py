"""One signing in a process of its own: it asks for the PIN, uses the token, tells the result and ends.

So the PIN never enters the program that stays running, memory that held it goes back to the system at once, a driver
that crashes takes nothing else with it, and each signing finds the tokens that are plugged in now.

It is told one line of JSON on its standard input and tells lines of JSON on its standard output.
"""

import base64
import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TextIO

from dms_agent.asking import choice
from dms_agent.asking.question import Question
from dms_agent.errors import AgentError
from dms_agent.requests import from_claims
from dms_agent.tokens import Module

Tell = Callable[..., None]


def main() -> None:
    """Do what the line on the standard input says."""
    tell = _channel()
    _keep_memory_to_ourselves()
    order = json.loads(sys.stdin.readline())
    try:
        _WORK[order["work"]](order, tell)
    except AgentError as error:
        tell(state="failed", code=error.code, params={name: str(value) for name, value in error.params.items()})


def _sign(order: dict[str, Any], tell: Tell) -> None:
    request = from_claims(order["claims"])
    module = Module(order["module"])
    held = module.holding(request.certificate)
    tell(state="asking")
    question = Question(request, held, order["language"])
    made = _asked_and_signed(question, module, order["ask"], tell)
    tell(state="done", signatures={name: base64.b64encode(value).decode() for name, value in made.items()})


def _asked_and_signed(question: Question, module: Module, way: str, tell: Tell) -> dict[str, bytes]:
    held = question.held
    answer = choice.asker(way).ask(question)
    try:
        if not answer.agreed:
            raise AgentError("declined")
        pin = None if held.has_pin_pad else answer.pin.decode()
        messages = {each.id: each.attributes for each in question.request.documents}
        return module.sign(held, pin, messages, progress=lambda done: tell(state="signing", done=done))
    finally:
        answer.wipe()


def _list(order: dict[str, Any], tell: Tell) -> None:
    found = Module(order["module"]).certificates()
    tell(
        state="done",
        certificates=[
            {
                "subject": held.subject,
                "token": held.token,
                "sha256": held.sha256,
                "certificate": base64.b64encode(held.certificate).decode(),
            }
            for held in found
        ],
    )


_WORK: dict[str, Callable[[dict[str, Any], Tell], None]] = {"sign": _sign, "list": _list}


def _channel() -> Tell:
    """The way back to the program; a driver that prints something prints it on the error stream instead."""
    stream: TextIO = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def tell(**message: Any) -> None:
        stream.write(json.dumps(message) + "\n")
        stream.flush()

    return tell


def _keep_memory_to_ourselves() -> None:
    """No core file of this process, which holds a PIN for a moment."""
    with suppress(ImportError, OSError, ValueError):  # Windows has no such limit
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
