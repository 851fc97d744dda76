"""`medgansynth study audit`: can the classes be told apart without looking at the images?

A small forest is trained on the fingerprints of the prepared cases and judged on the cases that
each of its trees did not see. Bookkeeping that separates the classes would make the whole study
worthless; content that does is what the readers are asked about.
"""

from pathlib import Path
from typing import Any

import numpy as np

from .. import schema
from ..errors import MedGANSynthError
from ..events import Events
from ..files import file_hash
from .audited import Audit, Fingerprint, audit_path, in_words, override_of, remedy
from .clearance import write_clearance
from .fingerprints import fingerprints
from .roc import auc
from .study import case_path, read_key, read_study, require_intact, write_json

LIMIT = 0.65
ALPHA = 0.05
_TREES = 60


def audit_study(
    study: Path, key: Path, override: str, permutations: int, seed: int, events: Events
) -> dict[str, Any]:
    """Audit a prepared study and write its clearance.

    Args:
        override: a reason to start although a leak is found; the report quotes it.
        permutations: of the labels, for the p of the bookkeeping AUC.

    Raises:
        MedGANSynthError: not a study, the wrong key, case files damaged, a blank reason.
    """
    study, key = Path(study), Path(key)
    if override and not override.strip():
        raise MedGANSynthError("--override needs a reason in words; the report quotes it.")
    if not 39 <= permutations <= 10_000:
        raise MedGANSynthError("--permutations must lie between 39 and 10000.")
    if not 0 <= seed < 2**63:
        raise MedGANSynthError("--seed must lie between 0 and 2^63 - 1.")
    content, sha256 = read_study(study)
    truth = read_key(key, content)
    require_intact(study, content)
    scored = [case.id for case in content.cases if truth.cases[case.id].role == "scored"]
    synthetic = np.array([truth.cases[case].truth == "synthetic" for case in scored])
    both = []
    for number, case in enumerate(scored):
        both.append(fingerprints(case_path(study, case)))
        events.progress(0.3 * (number + 1) / len(scored), "taking fingerprints")
    books, looks = _table([b for b, _ in both]), _table([c for _, c in both])
    area = forest_auc(books, synthetic, seed)
    content_area = forest_auc(looks, synthetic, seed)
    p = _permutation_p(area, books, synthetic, permutations, seed, events)
    leak = area > LIMIT and p < ALPHA
    audit = Audit(
        study_sha256=sha256,
        cases=len(scored),
        bookkeeping_auc=round(area, 4),
        bookkeeping_p=round(p, 4),
        content_auc=round(content_area, 4),
        leak=leak,
        override=override,
        bookkeeping=_ranked(books, synthetic),
        content=_ranked(looks, synthetic),
    )
    write_json(audit, audit_path(key))
    cleared = not leak or bool(override)
    audit_sha256 = file_hash(audit_path(key))
    clearance = write_clearance(study, sha256, cleared, override_of(audit), audit_sha256)
    figures = schema.to_dict(audit)
    return figures | {
        "text": _text(audit, cleared) + (_blocked(audit) if not cleared else ""),
        "rows": figures["bookkeeping"][:5],
        "cleared": cleared,
        "failed": int(not cleared),
        "blocked": _blocked(audit) if not cleared else "",
        "outputs": [str(clearance), str(audit_path(key))],
    }


def forest_auc(table: dict[str, np.ndarray], labels: np.ndarray, seed: int) -> float:
    """AUC of a random forest (Breiman 2001) on cases outside each tree's own draw; 0.5 where no
    fingerprint varies."""
    columns = [c for c in table.values() if c.max() > c.min()]
    if not columns:
        return 0.5
    return _out_of_bag(np.stack(columns, axis=1), labels, seed)


def _out_of_bag(features: np.ndarray, labels: np.ndarray, seed: int) -> float:
    from sklearn.ensemble import RandomForestClassifier

    forest = RandomForestClassifier(
        _TREES, min_samples_leaf=2, oob_score=True, random_state=seed % 2**32, n_jobs=1
    )
    forest.fit(features, labels)
    scores = np.nan_to_num(forest.oob_decision_function_[:, 1], nan=0.5)
    return auc(scores[labels], scores[~labels])


def _permutation_p(
    area: float,
    table: dict[str, np.ndarray],
    labels: np.ndarray,
    permutations: int,
    seed: int,
    events: Events,
) -> float:
    rng = np.random.default_rng(seed)
    reached = 0
    for number in range(permutations):
        reached += forest_auc(table, rng.permutation(labels), seed) >= area
        events.progress(0.3 + 0.7 * (number + 1) / permutations, "shuffling the labels")
    return (1 + reached) / (1 + permutations)


def _table(rows: list[dict[str, float]]) -> dict[str, np.ndarray]:
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def _ranked(table: dict[str, np.ndarray], labels: np.ndarray) -> tuple[Fingerprint, ...]:
    """Each fingerprint's own AUC, the most telling first."""
    found = [
        Fingerprint(name, round(auc(column[labels], column[~labels]), 4))
        for name, column in table.items()
    ]
    return tuple(sorted(found, key=lambda one: -abs(one.auc - 0.5)))


def _text(audit: Audit, cleared: bool) -> str:
    text = (
        f"Leak audit over {audit.cases} cases: bookkeeping AUC {audit.bookkeeping_auc:.2f} "
        f"(permutation p {audit.bookkeeping_p:.3f}), content AUC {audit.content_auc:.2f}. "
    )
    if not audit.leak:
        return text + "No leak was found; the study may start."
    return text + (f"A leak was found and overridden: {audit.override}" if cleared else "")


def _blocked(audit: Audit) -> str:
    worst = audit.bookkeeping[0]
    return (
        f"The files give the classes away, above all by {in_words(worst.fingerprint)} "
        f"({worst.fingerprint}, AUC {worst.auc:.2f} alone), so no reading starts: "
        f"{remedy(worst.fingerprint)}, and prepare the study again; or run `medgansynth study "
        "audit` with --override REASON."
    )
