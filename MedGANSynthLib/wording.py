"""Numbers with their nouns. Standard library only."""

_PLURALS = {"person": "people"}


def counted(number: int, noun: str) -> str:
    """`1 case`, `2 cases`, `2 people`."""
    return f"{number} {noun if number == 1 else _PLURALS.get(noun, noun + 's')}"
