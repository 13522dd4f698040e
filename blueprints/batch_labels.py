"""Words of batches of signatures as people read them: a block of ``blueprints.labels``."""

from enum import Enum
from typing import Any

from flask_babel import lazy_pgettext as _p

from dms.signing.batch.models import BatchState, ItemState

BATCHES: dict[type[Enum], dict[Any, Any]] = {
    BatchState: {
        BatchState.REVIEW: _p("batch", "To be looked through"),
        BatchState.RUNNING: _p("batch", "Being signed"),
        BatchState.ASKING: _p("batch", "Waiting for your key"),
        BatchState.STOPPED: _p("batch", "Stopped"),
        BatchState.CANCELLED: _p("batch", "Cancelled"),
        BatchState.DONE: _p("batch", "Finished"),
    },
    ItemState: {
        ItemState.OPEN: _p("batch item", "Waiting"),
        ItemState.SIGNED: _p("batch item", "Signed"),
        ItemState.REFUSED: _p("batch item", "Not signed"),
        ItemState.NOT_TRIED: _p("batch item", "Not tried"),
        ItemState.LEFT_OUT: _p("batch item", "Left out by you"),
    },
}
