"""What a panel tells its user."""


class PanelError(Exception):
    """One sentence for the message line: what is wrong and what to do."""

    def __init__(self, text: str):
        Exception.__init__(self, one_line(text))


def one_line(text: str) -> str:
    """Without the line breaks that the name of a node may hold."""
    return " ".join(text.split())
