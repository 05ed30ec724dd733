#!/usr/bin/env python3
"""Writes what scikit-learn and SciPy make of some predictions, for PneumoEvaluationTests.

Usage: Tools/make-metrics-goldens.py Tests/PneumoEvaluationTests/Fixtures
  Needs numpy, scipy and scikit-learn (made with numpy 2.4.6, scipy 1.17.1, scikit-learn 1.9.1).
"""
import json
import os
import sys

import numpy as np
import scipy.optimize
import scipy.special
import scipy.stats
from sklearn import metrics
from sklearn.linear_model import LogisticRegression



def calibration(labels, logits):
    """The least cross-entropy of logits * slope + bias, of rows of logits whose first bias is 0; each
    class counts as one case more that is right, and one that is wrong (Platt 1999)."""
    classes = logits.shape[1]
    right = (np.bincount(labels, minlength=classes) + 1) / (
        np.bincount(labels, minlength=classes) + 2)
    targets = np.repeat((1 - right[labels])[:, None] / (classes - 1), classes, axis=1)
    targets[np.arange(len(labels)), labels] = right[labels]

    def loss(weights):
        rows = logits * weights[0] + np.concatenate([[0], weights[1:]])
        return -(targets * scipy.special.log_softmax(rows, axis=1)).sum(1).mean()

    best = np.array([1.0] + [0.0] * (classes - 1))
    for _ in range(5):
        best = scipy.optimize.minimize(
            loss, best, method="Nelder-Mead", bounds=[(1 / 20, 20)] + [(-50, 50)] * (classes - 1),
            options={"xatol": 1e-11, "fatol": 1e-16, "maxiter": 20000, "maxfev": 20000}).x
    if classes == 2 and 0.051 < best[0] < 19.9:
        # The same with scikit-learn: every case stands on both sides, with its share.
        rows = np.concatenate([logits, logits])
        model = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-12).fit(
            rows[:, 1:] - rows[:, :1], np.repeat([0, 1], len(labels)),
            np.concatenate([targets[:, 0], targets[:, 1]]))
        assert np.allclose([model.coef_[0, 0], model.intercept_[0]], best, atol=1e-6), (
            model.coef_, model.intercept_, best)
    return 1 / best[0], [0.0] + best[1:].tolist()


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
    temperature, bias = calibration(labels, np.stack([0 * logits, logits], axis=1))
    wilson = scipy.stats.binomtest(int(labels.sum()), count).proportion_ci(method="wilson")
    cases.append({
        "labels": labels.tolist(), "logits": logits.tolist(),
        "auroc": metrics.roc_auc_score(labels, logits),
        "cross_entropy": metrics.log_loss(labels, p), "ece": ece,
        "temperature": temperature, "bias": bias[1],
        "accuracy": metrics.accuracy_score(labels, p > 0.6),
        "recall": metrics.recall_score(labels, p > 0.6),
        "precision": metrics.precision_score(labels, p > 0.6),
        "balanced_accuracy": metrics.balanced_accuracy_score(labels, p > 0.6),
        "wilson": [wilson.low, wilson.high],
    })
with open(os.path.join(sys.argv[1], "metrics.json"), "w") as file:
    json.dump(cases, file)
    file.write("\n")

labels = random.choice(3, 200, p=[.2, .5, .3])
logits = random.standard_normal((200, 3)) * 3 + 2 * np.eye(3)[labels] - [0, 1, .5]
logits = np.round(logits, 3)
temperature, bias = calibration(labels, logits)
with open(os.path.join(sys.argv[1], "calibration.json"), "w") as file:
    json.dump({
        "labels": labels.tolist(), "logits": logits.reshape(-1).tolist(),
        "temperature": temperature, "bias": bias,
        "before": metrics.log_loss(labels, scipy.special.softmax(logits, axis=1)),
        "after": metrics.log_loss(
            labels, scipy.special.softmax(logits / temperature + bias, axis=1)),
    }, file)
    file.write("\n")
