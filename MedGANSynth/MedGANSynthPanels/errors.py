"""What a panel tells its user."""


class PanelError(Exception):
    """One sentence for the message line: what is wrong and what to do."""
