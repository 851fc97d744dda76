"""Which trials a reader sees, and in which order. Standard library only.

Classes are balanced in each quarter, no class comes more than four times running, repeats come at
least fifteen trials after the first showing. The order depends on seed and reader alone.
"""

import hashlib
import random
from collections.abc import Sequence

from ..errors import MedGANSynthError
from ..wording import counted
from .study import Trial

LONGEST_RUN = 4
REPEAT_GAP = 15
_QUARTERS = 4
_ATTEMPTS = 400
DRAWN = (0.4, 0.6)
"""Range of the share of synthetic cases where it is drawn for each reader."""


def generator(seed: int, *words: str) -> random.Random:
    """Random numbers that belong to a seed and a purpose."""
    text = "\0".join([str(seed), *words])
    return random.Random(hashlib.sha256(text.encode()).digest())


def choose(
    real: Sequence[str], synthetic: Sequence[str], prevalence: str, seed: int, reader: str
) -> list[str]:
    """The cases that a reader is to judge.

    "half": equal numbers, the same cases for every reader. "drawn": every reader the same number
    of trials, with a share of synthetic cases drawn from 40 to 60 %, so that counting is no help.
    """
    if prevalence == "half":
        rng, count = generator(seed, "half"), min(len(real), len(synthetic))
        return rng.sample(sorted(real), count) + rng.sample(sorted(synthetic), count)
    rng = generator(seed, "prevalence", reader)
    total = int(min(len(real), len(synthetic)) / DRAWN[1])
    signals = min(round(total * rng.uniform(*DRAWN)), len(synthetic))
    signals = max(signals, total - len(real))
    return rng.sample(sorted(real), total - signals) + rng.sample(sorted(synthetic), signals)


def arrange(
    classes: dict[str, str],
    repeats: int,
    extra: dict[str, str],
    seed: int,
    reader: str,
    noun: str = "case",
) -> list[str]:
    """Items in the order of one reader.

    Args:
        classes: item -> class, of all items to be judged.
        repeats: how many of them are shown twice.
        extra: item -> class of catch trials, which are spread among the others.
        noun: what an item is called.

    Raises:
        MedGANSynthError: too few cases for these rules.
    """
    rng = generator(seed, "order", reader)
    for _ in range(_ATTEMPTS):
        quarters = _quarters(classes, repeats, extra, rng)
        order: list[str] = []
        for quarter in quarters:
            part = _without_runs(quarter, order, classes | extra, rng)
            if part is None:
                break
            order += part
        else:
            if _far_apart(order):
                return order
    raise MedGANSynthError(
        f"{counted(len(classes), noun)} with {counted(repeats, 'repeat')} cannot be ordered so "
        f"that no {'side' if noun == 'pair' else 'class'} comes more than {LONGEST_RUN} times "
        f"running and repeats lie {REPEAT_GAP} trials apart; give more cases of both classes or "
        "--repeats 0."
    )


def _quarters(
    classes: dict[str, str], repeats: int, extra: dict[str, str], rng: random.Random
) -> list[list[str]]:
    """Items by quarter: each class dealt out evenly, repeats two quarters after the first."""
    quarters: list[list[str]] = [[] for _ in range(_QUARTERS)]
    start = rng.randrange(_QUARTERS)
    for name in sorted(set(classes.values())):
        items = sorted(item for item, c in classes.items() if c == name)
        rng.shuffle(items)
        for number, item in enumerate(items):
            quarters[(start + number) % _QUARTERS].append(item)
        start += len(items)
    early = [[], []]
    for name in sorted(set(classes.values())):
        for q in (0, 1):
            mine = [i for i in quarters[q] if classes[i] == name]
            early[q] += rng.sample(mine, len(mine))
    pool = [(q, i) for q in (0, 1) for i in early[q]]
    by_class = {n: [p for p in pool if classes[p[1]] == n] for n in set(classes.values())}
    names = sorted(by_class)
    for number in range(repeats):
        mine = by_class[names[number % len(names)]] or max(by_class.values(), key=len)
        if not mine:
            break
        q, item = mine.pop(rng.randrange(len(mine)))
        quarters[q + 2].append(item)
    for number, item in enumerate(rng.sample(sorted(extra), len(extra))):
        quarters[number % _QUARTERS].append(item)
    return quarters


def _without_runs(
    quarter: list[str], before: list[str], classes: dict[str, str], rng: random.Random
) -> list[str] | None:
    """The quarter's items shuffled so that no class runs too long, or None if stuck."""
    left: dict[str, list[str]] = {}
    for item in rng.sample(quarter, len(quarter)):
        left.setdefault(classes[item], []).append(item)
    part: list[str] = []
    single = len(set(classes.values())) == 1
    while any(left.values()):
        recent = [classes[i] for i in (before + part)[-LONGEST_RUN:]]
        barred = recent[0] if len(recent) == LONGEST_RUN and len(set(recent)) == 1 else None
        names = [n for n, items in left.items() if items and (n != barred or single)]
        if not names:
            return None
        name = rng.choices(names, [len(left[n]) for n in names])[0]
        part.append(left[name].pop())
    return part


def _far_apart(order: list[str]) -> bool:
    last: dict[str, int] = {}
    for number, item in enumerate(order):
        if item in last and number - last[item] < REPEAT_GAP:
            return False
        last[item] = number
    return True


def pair_up(real: Sequence[str], synthetic: Sequence[str], seed: int) -> list[tuple[str, str]]:
    """Real and synthetic cases in fixed pairs, the same for all readers."""
    rng = generator(seed, "pairs")
    count = min(len(real), len(synthetic))
    return list(
        zip(rng.sample(sorted(real), count), rng.sample(sorted(synthetic), count), strict=True)
    )


def sided(pair: tuple[str, str], rng: random.Random) -> tuple[tuple[str, str], str]:
    """A pair of real and synthetic with sides drawn, and the side that is synthetic."""
    real, synthetic = pair
    return ((synthetic, real), "left") if rng.random() < 0.5 else ((real, synthetic), "right")


def practice_trials(cases: dict[str, str], pairs: bool, seed: int, reader: str) -> list[Trial]:
    """Practice cases (case -> truth) as trials with their answers."""
    rng = generator(seed, "practice", reader)
    if not pairs:
        items = sorted(cases)
        rng.shuffle(items)
        return [Trial((item,), cases[item]) for item in items]
    real = [c for c, truth in cases.items() if truth == "real"]
    synthetic = [c for c, truth in cases.items() if truth == "synthetic"]
    made = [sided(pair, rng) for pair in pair_up(real, synthetic, seed)]
    return [Trial(shown, side) for shown, side in made]
