"""What a panel tells its user."""

from collections.abc import Callable


class PanelError(Exception):
    """One sentence for the message line: what is wrong and what to do.

    Args:
        holds: whether it is still so; None where that cannot be looked up.
    """

    def __init__(self, text: str, holds: Callable[[], bool] | None = None):
        Exception.__init__(self, one_line(text))
        self.holds = holds


def one_line(text: str) -> str:
    """Without the line breaks that the name of a node may hold."""
    return " ".join(text.split())
