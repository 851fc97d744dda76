"""Roles, opaque names and orders of a study to be. Standard library only."""

import contextlib
import dataclasses
import random
from collections.abc import Sequence
from typing import Any

from ..errors import MedGANSynthError
from .order import arrange, choose, generator, pair_up, practice_trials, sided
from .study import Trial

FEWEST = 4
"""Scored cases of each class below which no study is prepared."""

USUAL_REPEATS = 0.15
"""Share of the scored trials that come twice, where nobody asks for another."""


@dataclasses.dataclass(frozen=True)
class Planned:
    """A case under its opaque name. `made_obvious`: to be ruined into a catch case."""

    source: Any
    truth: str
    role: str
    made_obvious: bool = False


def plan_cases(sources: Sequence[Any], practice: int, catch: int, seed: int) -> dict[str, Planned]:
    """Opaque name -> case, in the order of the names, which says nothing.

    Practice cases are taken from the scored ones (half of each class) unless the list names some;
    catch cases are ruined copies of synthetic ones that are not scored unless the list names some.

    Raises:
        MedGANSynthError: one class only, or too few cases.
    """
    rng = generator(seed, "roles")
    roles = {role: [s for s in sources if s.role == role] for role in ("practice", "catch")}
    scored = [s for s in sources if s.role == "scored"]
    if practice and not roles["practice"]:
        for label, count in (("real", practice // 2), ("synthetic", practice - practice // 2)):
            mine = [s for s in scored if s.label == label]
            roles["practice"] += rng.sample(mine, min(count, len(mine)))
        scored = [s for s in scored if s not in roles["practice"]]
    _check_enough(scored)
    donors = []
    if catch and not roles["catch"]:
        donors, scored = _donors(scored, roles["practice"], catch, rng)
        _check_enough(scored)
    planned = [Planned(s, s.label, "scored") for s in scored]
    planned += [Planned(s, s.label, "practice") for s in roles["practice"]]
    planned += [Planned(s, s.label, "catch") for s in roles["catch"]]
    for number in range(catch if donors else 0):
        source = donors[number % len(donors)]
        planned.append(Planned(source, "synthetic", "catch", made_obvious=True))
    rng.shuffle(planned)
    return {f"case-{number:04d}": plan for number, plan in enumerate(planned, 1)}


def _check_enough(scored: Sequence[Any]) -> None:
    for label in ("real", "synthetic"):
        count = sum(s.label == label for s in scored)
        if count < FEWEST:
            raise MedGANSynthError(
                f"the study has {count} {label} cases besides practice and catch cases; give at "
                f"least {FEWEST} of each class."
            )


def _donors(
    scored: list[Any], practice: list[Any], catch: int, rng: random.Random
) -> tuple[list[Any], list[Any]]:
    """Synthetic cases to be ruined, and what is left to be scored.

    Whoever knows a ruined case's anatomy again knows the class of its unspoilt twin, so none of
    them is scored: first those that are too many anyway, then practice cases, else one scored case.
    """
    fakes = [s for s in scored if s.label == "synthetic"]
    surplus = max(0, 2 * len(fakes) - len(scored))
    taught = [s for s in practice if s.label == "synthetic"]
    taken = rng.sample(fakes, min(surplus, catch) if surplus or taught else 1)
    return taken + taught, [s for s in scored if s not in taken]


def plan_orders(
    planned: dict[str, Planned],
    readers: Sequence[str],
    pairs: bool,
    prevalence: str,
    repeats: float | None,
    seed: int,
) -> dict[str, tuple[Trial, ...]]:
    """The trials of each reader; `repeats` is the share of scored trials that come twice: None
    for 15 %, or less, as far as they can be ordered.

    Raises:
        MedGANSynthError: catch cases in pairs, odd practice pairs, repeats that cannot be ordered.
    """
    scored = {c: p.truth for c, p in planned.items() if p.role == "scored"}
    practice = {c: p.truth for c, p in planned.items() if p.role == "practice"}
    catch = {c: p.truth for c, p in planned.items() if p.role == "catch"}
    if pairs and catch:
        raise MedGANSynthError("a study of pairs takes no catch cases; remove them from the list.")
    taught = [list(practice.values()).count(label) for label in ("real", "synthetic")]
    if pairs and taught[0] != taught[1]:
        raise MedGANSynthError(
            "a practice trial of a study of pairs needs a real and a synthetic case, not "
            f"{taught[0]} real and {taught[1]} synthetic; give an even --practice."
        )
    real = [c for c, truth in scored.items() if truth == "real"]
    synthetic = [c for c, truth in scored.items() if truth == "synthetic"]

    def trials(reader: str, twice: int) -> tuple[Trial, ...]:
        first = practice_trials(practice, pairs, seed, reader)
        if pairs:
            rest = _pair_trials(pair_up(real, synthetic, seed), twice, seed, reader)
        else:
            chosen = choose(real, synthetic, prevalence, seed, reader)
            classes = {case: scored[case] for case in chosen}
            rest = [Trial((item,)) for item in arrange(classes, twice, catch, seed, reader)]
        return (*first, *rest)

    if pairs:
        count = min(len(real), len(synthetic))
    else:
        count = len(choose(real, synthetic, prevalence, seed, readers[0]))
    wanted = round((USUAL_REPEATS if repeats is None else repeats) * count)
    least = 0 if repeats is None else wanted
    for twice in range(wanted, least, -1):
        with contextlib.suppress(MedGANSynthError):
            return {reader: trials(reader, twice) for reader in readers}
    return {reader: trials(reader, least) for reader in readers}


def _pair_trials(pairs: list[tuple[str, str]], twice: int, seed: int, reader: str) -> list[Trial]:
    """Pairs with their sides; the sides are what is balanced, as the classes are otherwise."""
    rng = generator(seed, "sides", reader)
    sides = {pair: sided(pair, rng) for pair in rng.sample(pairs, len(pairs))}
    items = {"+".join(pair): pair for pair in pairs}
    classes = {name: sides[pair][1] for name, pair in items.items()}
    ordered = arrange(classes, twice, {}, seed, reader, "pair")
    return [Trial(sides[items[name]][0]) for name in ordered]
