"""Readers and cases both drawn at random: figures that hold for other readers and other cases.

Answers of one reader resemble each other and so do answers on one case; pooled as if independent
they show differences that are not there. Not every reader needs to have seen every case.
"""

import dataclasses
import math

import numpy as np

from .estimate import Estimate
from .roc import components


def accuracy(correct: np.ndarray, strata: np.ndarray) -> Estimate | None:
    """Mean accuracy over readers and cases, by a crossed random-effects model.

    Variance components come from the mean products of two answers that share the reader, the
    case, both or neither; they are unbiased for incomplete tables too. For a complete table and
    one class the variance is the two-way ANOVA's, (MS_reader + MS_case - MS_error) / (readers x
    cases), with Satterthwaite's degrees of freedom.

    Args:
        correct: 1, 0 or nan (not answered), `[reader, case]`.
        strata: the class of each case, `[case]`. Classes are fixed: a difference between them
            (response bias) adds no uncertainty.

    Returns:
        None with fewer than two readers or fewer than two cases of a class.
    """
    seen = np.isfinite(correct)
    correct, seen = correct[seen.any(axis=1)], seen[seen.any(axis=1)]
    masks = [seen & (strata == name) for name in np.unique(strata[seen.any(axis=0)])]
    if len(correct) < 2 or any(m.any(axis=0).sum() < 2 for m in masks):
        return None
    classes = [_Class(np.where(m, correct, 0.0), m) for m in masks]
    total = int(seen.sum())

    reader_pairs = 0.0
    for a in classes:
        for b in classes:
            covariance, pairs = _reader_covariance(a, b)
            reader_pairs += covariance * pairs
    reader_part = reader_pairs / total**2
    case_parts, error_parts, dfs = [], [], []
    for k in classes:
        reader, case, error = _components(k)
        reader_part += (reader + error) * k.cells / total**2
        case_parts.append((case * (k.case_pairs + k.cells) + error * k.cells) / total**2)
        error_parts.append(error * k.cells / total**2)
        dfs.append(k.cases - 1)

    reader_part = max(0.0, reader_part)
    variance = reader_part + sum(
        max(0.0, c - e) for c, e in zip(case_parts, error_parts, strict=True)
    )
    spread = reader_part**2 / (len(correct) - 1)
    for c, e, df in zip(case_parts, error_parts, dfs, strict=True):
        spread += c**2 / df + e**2 / (df * (len(correct) - 1))
    df = variance**2 / spread if spread > 0 else math.inf
    cases = sum(k.cases for k in classes)
    return Estimate(float(correct[seen].mean()), math.sqrt(variance), max(df, 1.0), cases)


class _Class:
    """Sums over the answers of one class: by reader, by case, of squares."""

    def __init__(self, values: np.ndarray, mask: np.ndarray) -> None:
        self.by_reader, self.by_case = values.sum(axis=1), values.sum(axis=0)
        self.squares, self.cells = float((values**2).sum()), int(mask.sum())
        self.seen_by_reader, self.seen_by_case = mask.sum(axis=1), mask.sum(axis=0)
        self.cases = int(mask.any(axis=0).sum())
        self.case_pairs = int((self.seen_by_case**2).sum()) - self.cells
        self.case_products = float((self.by_case**2).sum()) - self.squares


def _reader_covariance(a: _Class, b: _Class) -> tuple[float, int]:
    """Covariance of two answers of one reader on different cases, and the number of such pairs."""
    same = a is b
    products = float(a.by_reader @ b.by_reader) - (a.squares if same else 0.0)
    pairs = int(a.seen_by_reader @ b.seen_by_reader) - (a.cells if same else 0)
    return (products / pairs - _apart(a, b), pairs) if pairs else (0.0, 0)


def _components(k: _Class) -> tuple[float, float, float]:
    """Variances of reader, case and residual within one class."""
    apart = _apart(k, k)
    reader, _ = _reader_covariance(k, k)
    case = k.case_products / k.case_pairs - apart if k.case_pairs else 0.0
    return reader, case, k.squares / k.cells - apart - reader - case


def _apart(a: _Class, b: _Class) -> float:
    """Mean product of two answers of different readers on different cases."""
    same = a is b
    products = float(a.by_reader.sum() * b.by_reader.sum() - a.by_reader @ b.by_reader)
    pairs = int(a.cells * b.cells - a.seen_by_reader @ b.seen_by_reader)
    if same:
        products, pairs = products - a.case_products, pairs - a.case_pairs
    return (
        products / pairs
        if pairs
        else float(a.by_reader.sum() * b.by_reader.sum()) / (a.cells * b.cells)
    )


def area(ratings: np.ndarray, synthetic: np.ndarray) -> Estimate | None:
    """AUC averaged over readers, with the interval of Obuchowski and Rockette (1995).

    Covariances between readers are DeLong's, on the cases that both answered; the degrees of
    freedom are Hillis' (2007), for one modality: variance MS_reader / R + Cov2.

    Args:
        ratings: higher is surer of synthetic, nan where not answered, `[reader, case]`.
        synthetic: the truth, `[case]`.

    Returns:
        None with fewer than two readers who answered at least two cases of each class.
    """
    placed = [p for row in ratings if (p := _placements(row, synthetic)) is not None]
    if len(placed) < 2:
        return None
    areas = np.array([np.nanmean(p[synthetic]) for p in placed])
    between = [_covariance(a, b, synthetic) for i, a in enumerate(placed) for b in placed[:i]]
    estimate = obuchowski_rockette(areas, float(np.mean(between)))
    duels = (min(np.isfinite(p[group]).sum() for group in (synthetic, ~synthetic)) for p in placed)
    return dataclasses.replace(estimate, trials=int(min(duels)))


def obuchowski_rockette(areas: np.ndarray, covariance: float) -> Estimate:
    """The mean of the readers' AUCs with both sources of variance.

    Args:
        areas: one for each reader, `[reader]`.
        covariance: between two readers' AUCs, because they judged the same cases ("Cov2").
    """
    count = len(areas)
    readers = float(np.var(areas, ddof=1))
    shared = count * max(0.0, covariance)
    variance = (readers + shared) / count
    df = (readers + shared) ** 2 * (count - 1) / readers**2 if readers > 0 else math.inf
    return Estimate(float(np.mean(areas)), math.sqrt(variance), df)


def _placements(row: np.ndarray, synthetic: np.ndarray) -> np.ndarray | None:
    """DeLong's structural components of one reader in case order; nan where not answered."""
    seen = np.isfinite(row)
    signal, noise = seen & synthetic, seen & ~synthetic
    if min(signal.sum(), noise.sum()) < 2:
        return None
    placed = np.full(len(row), np.nan)
    placed[signal], placed[noise] = components(row[signal], row[noise])
    return placed


def _covariance(a: np.ndarray, b: np.ndarray, synthetic: np.ndarray) -> float:
    """Covariance of two readers' AUCs that the cases in common bring about."""
    total = 0.0
    for group in (synthetic, ~synthetic):
        x, y = a[group], b[group]
        both = np.isfinite(x) & np.isfinite(y)
        if both.sum() > 1:
            products = float(np.cov(x[both], y[both])[0, 1]) * both.sum()
            total += products / (np.isfinite(x).sum() * np.isfinite(y).sum())
    return total
