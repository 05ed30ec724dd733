#!/usr/bin/env python3
"""Writes what scikit-learn and SciPy make of some predictions, for PneumoEvaluationTests.

Usage: Tools/make-metrics-goldens.py > Tests/PneumoEvaluationTests/Fixtures/metrics.json
  Needs numpy, scipy and scikit-learn (made with numpy 2.4.6, scipy 1.17.1, scikit-learn 1.9.1).
"""
import json
import sys

import numpy as np
import scipy.optimize
import scipy.stats
from sklearn import metrics

random = np.random.RandomState(5)
cases = []
for count, ties, shift in ((300, False, 1.5), (300, True, 0.5), (40, True, 6.0), (500, False, 0.0)):
    labels = (random.random_sample(count) < 0.7).astype(int)
    logits = random.standard_normal(count) * 2 + shift * (labels - 0.5)
    if ties:
        logits = np.round(logits * 2) / 2
    p = 1 / (1 + np.exp(-logits))
    bins = np.minimum((p * 15).astype(int), 14)
    ece = sum(abs(labels[bins == b].sum() - p[bins == b].sum()) for b in range(15)) / count
    fit = scipy.optimize.minimize_scalar(
        lambda t: metrics.log_loss(labels, 1 / (1 + np.exp(-logits / np.exp(t))), labels=[0, 1]),
        bounds=(np.log(0.05), np.log(20)), method="bounded", options={"xatol": 1e-10})
    wilson = scipy.stats.binomtest(int(labels.sum()), count).proportion_ci(method="wilson")
    cases.append({
        "labels": labels.tolist(), "logits": logits.tolist(),
        "auroc": metrics.roc_auc_score(labels, logits),
        "cross_entropy": metrics.log_loss(labels, p), "ece": ece,
        "temperature": float(np.exp(fit.x)),
        "accuracy": metrics.accuracy_score(labels, p > 0.6),
        "recall": metrics.recall_score(labels, p > 0.6),
        "precision": metrics.precision_score(labels, p > 0.6),
        "balanced_accuracy": metrics.balanced_accuracy_score(labels, p > 0.6),
        "wilson": [wilson.low, wilson.high],
    })
json.dump(cases, sys.stdout)
print()
