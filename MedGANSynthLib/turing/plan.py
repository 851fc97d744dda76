"""Roles, opaque names and orders of a study to be. Standard library only."""

import dataclasses
from collections.abc import Sequence
from typing import Any

from ..errors import MedGANSynthError
from .order import arrange, choose, generator, pair_up, practice_trials, sided
from .study import Trial

FEWEST = 4
"""Scored cases of each class below which no study is prepared."""


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
    catch cases are ruined copies of synthetic ones unless the list names some.

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
    for label in ("real", "synthetic"):
        count = sum(s.label == label for s in scored)
        if count < FEWEST:
            raise MedGANSynthError(
                f"the study has {count} {label} cases besides practice; give at least {FEWEST} of "
                "each class."
            )
    planned = [Planned(s, s.label, "scored") for s in scored]
    planned += [Planned(s, s.label, "practice") for s in roles["practice"]]
    planned += [Planned(s, s.label, "catch") for s in roles["catch"]]
    if catch and not roles["catch"]:
        fakes = [s for s in scored if s.label == "synthetic"]
        chosen = rng.sample(fakes, min(catch, len(fakes)))
        planned += [Planned(s, "synthetic", "catch", made_obvious=True) for s in chosen]
    rng.shuffle(planned)
    return {f"case-{number:04d}": plan for number, plan in enumerate(planned, 1)}


def plan_orders(
    planned: dict[str, Planned],
    readers: Sequence[str],
    pairs: bool,
    prevalence: str,
    repeats: float,
    seed: int,
) -> dict[str, tuple[Trial, ...]]:
    """The trials of each reader; `repeats` is the share of scored trials that come twice."""
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
    orders = {}
    for reader in readers:
        first = practice_trials(practice, pairs, seed, reader)
        if pairs:
            rest = _pair_trials(pair_up(real, synthetic, seed), repeats, seed, reader)
        else:
            chosen = choose(real, synthetic, prevalence, seed, reader)
            classes = {case: scored[case] for case in chosen}
            items = arrange(classes, round(repeats * len(classes)), catch, seed, reader)
            rest = [Trial((item,)) for item in items]
        orders[reader] = (*first, *rest)
    return orders


def _pair_trials(
    pairs: list[tuple[str, str]], repeats: float, seed: int, reader: str
) -> list[Trial]:
    """Pairs with their sides; the sides are what is balanced, as the classes are otherwise."""
    rng = generator(seed, "sides", reader)
    sides = {pair: sided(pair, rng) for pair in rng.sample(pairs, len(pairs))}
    items = {"+".join(pair): pair for pair in pairs}
    classes = {name: sides[pair][1] for name, pair in items.items()}
    ordered = arrange(classes, round(repeats * len(pairs)), {}, seed, reader)
    return [Trial(sides[items[name]][0]) for name in ordered]
