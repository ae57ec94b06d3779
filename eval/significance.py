"""Whether two runs over the same questions differ by more than the choice of questions explains."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import binomtest, bootstrap, permutation_test

from eval.figures import SEED, Fold

RESAMPLES = 9999  # a p-value of 0.0002 can still be told


def paired_p(before: Sequence[float], after: Sequence[float], fold: Fold = np.mean) -> float:
    """Two-sided p, 0 to 1, of the change of ``fold`` between marks of the same questions in the same order.

    Means of yes/no marks: McNemar's exact test. Means of shares: a permutation test that swaps each question's two
    marks, exact where few differ. Medians and other ranks, which jump when marks are swapped: a paired bootstrap.
    The seed is fixed. Raises ValueError for unlike lengths.
    """
    pairs = [(float(a), float(b)) for a, b in zip(before, after, strict=True)]
    differing = [(a, b) for a, b in pairs if a != b]
    if fold is np.mean and all(mark in (0.0, 1.0) for pair in differing for mark in pair):
        return mcnemar_p(sum(a > b for a, b in differing), sum(a < b for a, b in differing))
    if len(differing) < 2:
        return 1.0  # one question can be chance
    return _swapped_p(differing) if fold is np.mean else _drawn_p(pairs, fold)


def _swapped_p(pairs: list[tuple[float, float]]) -> float:
    found = permutation_test(
        tuple(np.array(pairs).T),
        lambda x, y, axis: np.mean(y - x, axis),
        permutation_type="samples",
        n_resamples=RESAMPLES,
        vectorized=True,
        rng=SEED,
    )
    return min(1.0, float(found.pvalue))


def _drawn_p(pairs: list[tuple[float, float]], fold: Fold) -> float:
    """Twice the share of draws of the questions, with repeats, in which the change is none or the other way."""
    changes = bootstrap(
        tuple(np.array(pairs).T),
        lambda x, y, axis: fold(y, axis) - fold(x, axis),
        n_resamples=RESAMPLES,
        paired=True,
        vectorized=True,
        method="percentile",
        rng=SEED,
    ).bootstrap_distribution
    rarest = min(np.sum(changes <= 0), np.sum(changes >= 0))
    return min(1.0, 2 * float(rarest + 1) / (RESAMPLES + 1))


def mcnemar_p(lost: int, won: int) -> float:
    """Two-sided exact p that ``lost`` questions turned from yes to no and ``won`` the other way by chance."""
    return float(binomtest(lost, lost + won).pvalue) if lost + won else 1.0


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values after Holm's correction for their number, in the order given."""
    adjusted = [1.0] * len(p_values)
    least = 0.0
    for rank, i in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        least = max(least, min(1.0, p_values[i] * (len(p_values) - rank)))
        adjusted[i] = least
    return adjusted
