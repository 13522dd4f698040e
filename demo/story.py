"""What already happened in the demo province when a newcomer opens it, told with the verbs that the pages call."""

from blueprints.web import Tools


def tell(tools: Tools) -> None:
    """Nothing yet."""
