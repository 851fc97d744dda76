"""Numbers with their nouns, and names in a row. Standard library only."""

from collections.abc import Sequence

_PLURALS = {
    "person": "people",
    "modality": "modalities",
    "link that leads nowhere": "links that lead nowhere",
}

_KB = 1024


def counted(number: int, noun: str) -> str:
    """`1 case`, `2 cases`, `2 people`."""
    return f"{number} {noun if number == 1 else _PLURALS.get(noun, noun + 's')}"


def listed(names: Sequence[str], most: int = 3) -> str:
    """`a, b, c and 2 others`."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {counted(more, 'other')}" if more > 0 else "")


def size(count: int) -> str:
    """Bytes as people say them: `120 MB`, `3.4 GB` (of 1024 MB); at least `1 kB`."""
    if count < 1000 * _KB:
        return f"{max(1, round(count / _KB))} kB"
    if count < 1000 * _KB**2:
        return f"{round(count / _KB**2)} MB"
    return f"{count / _KB**3:.1f} GB"
