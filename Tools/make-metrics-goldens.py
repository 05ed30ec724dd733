#!/usr/bin/env python3
"""Writes metrics of example predictions, computed by scikit-learn and SciPy, for
PneumoEvaluationTests.

Usage: Tools/make-metrics-goldens.py Tests/PneumoEvaluationTests/Fixtures
  Needs numpy, scipy, scikit-learn and MLstatkit (the committed files were made with numpy 2.4.6,
  scipy 1.17.1, scikit-learn 1.9.1 and MLstatkit 0.1.91).
"""
import json
import os
import sys

import numpy as np
import scipy.optimize
import scipy.special
import scipy.stats
from MLstatkit import Delong_test
from sklearn import metrics
from sklearn.linear_model import LogisticRegression


def calibration(labels, logits):
    """Fits the slope and the biases that minimize the cross-entropy of logits * slope + bias, where
    the first bias is 0. Targets are smoothed as if each class had one additional correct case and
    one incorrect case (Platt 1999)."""
    classes = logits.shape[1]
    smoothed = (np.bincount(labels, minlength=classes) + 1) / (
        np.bincount(labels, minlength=classes) + 2)
    targets = np.repeat((1 - smoothed[labels])[:, None] / (classes - 1), classes, axis=1)
    targets[np.arange(len(labels)), labels] = smoothed[labels]

    def loss(weights):
        rows = logits * weights[0] + np.concatenate([[0], weights[1:]])
        return -(targets * scipy.special.log_softmax(rows, axis=1)).sum(1).mean()

    best = np.array([1.0] + [0.0] * (classes - 1))
    for _ in range(5):
        best = scipy.optimize.minimize(
            loss, best, method="Nelder-Mead", bounds=[(1 / 20, 20)] + [(-50, 50)] * (classes - 1),
            options={"xatol": 1e-11, "fatol": 1e-16, "maxiter": 20000, "maxfev": 20000}).x
    if classes == 2 and 0.051 < best[0] < 19.9:
        # Cross-check with scikit-learn: each case occurs once per class, weighted by its target.
        rows = np.concatenate([logits, logits])
        model = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-12).fit(
            rows[:, 1:] - rows[:, :1], np.repeat([0, 1], len(labels)),
            np.concatenate([targets[:, 0], targets[:, 1]]))
        assert np.allclose([model.coef_[0, 0], model.intercept_[0]], best, atol=1e-6), (
            model.coef_, model.intercept_, best)
    return 1 / best[0], [0.0] + best[1:].tolist()


def measured(labels, logits, threshold, prevalence):
    """scikit-learn's metrics of two-class predictions; None where a metric is undefined."""
    p = 1 / (1 + np.exp(-logits))
    predictions = (p > threshold).astype(int)
    bins = np.minimum((p * 15).astype(int), 14)
    ece = sum(abs(labels[bins == b].sum() - p[bins == b].sum()) for b in range(15)) / len(labels)
    both = len(set(labels)) == 2
    temperature, bias = calibration(labels, np.stack([0 * logits, logits], axis=1))
    wilson = scipy.stats.binomtest(int(labels.sum()), len(labels)).proportion_ci(method="wilson")
    recall, specificity = (
        metrics.recall_score(labels, predictions, pos_label=side) if side in labels else None
        for side in (1, 0))
    ppv = npv = None
    if both:
        positives, negatives = recall * prevalence, specificity * (1 - prevalence)  # correct ones
        if positives + (1 - prevalence) - negatives > 0:
            ppv = positives / (positives + (1 - prevalence) - negatives)
        if negatives + prevalence - positives > 0:
            npv = negatives / (negatives + prevalence - positives)
    curve = precision = None
    if both:
        curve = [list(x) for x in metrics.roc_curve(labels, p, drop_intermediate=False)[:2]]
        precision = metrics.precision_recall_curve(labels, p)[0][::-1].tolist()
    return {
        "labels": labels.tolist(), "logits": logits.tolist(),
        "temperature": temperature, "bias": bias[1], "wilson": [wilson.low, wilson.high],
        "roc": curve, "precisions": precision,
        "metrics": {
            "accuracy": metrics.accuracy_score(labels, predictions),
            "balanced_accuracy": metrics.balanced_accuracy_score(labels, predictions)
            if both else None,
            "recall": recall, "specificity": specificity,
            "precision": metrics.precision_score(labels, predictions)
            if predictions.any() else None,
            "npv": metrics.precision_score(labels, predictions, pos_label=0)
            if not predictions.all() else None,
            "f1": metrics.f1_score(labels, predictions)
            if predictions.any() or labels.any() else None,
            "mcc": metrics.matthews_corrcoef(labels, predictions)
            if both and 0 < predictions.sum() < len(predictions) else None,
            "auroc": metrics.roc_auc_score(labels, p) if both else None,
            "average_precision": metrics.average_precision_score(labels, p)
            if labels.any() else None,
            "brier": metrics.brier_score_loss(labels, p, labels=[0, 1], pos_label=1),
            "cross_entropy": metrics.log_loss(labels, p, labels=[0, 1]), "ece": ece,
            "precision_at_prevalence": ppv, "npv_at_prevalence": npv,
        },
    }


random = np.random.RandomState(5)
cases = []
for count, ties, shift in ((300, False, 1.5), (300, True, 0.5), (40, True, 6.0), (500, False, 0.0)):
    labels = (random.random_sample(count) < 0.7).astype(int)
    logits = random.standard_normal(count) * 2 + shift * (labels - 0.5)
    if ties:
        logits = np.round(logits * 2) / 2
    cases.append(measured(labels, logits, 0.6, 0.1))
for labels, logits in (
        ([1] * 9, np.linspace(-2, 3, 9)), ([0] * 9, np.linspace(-2, 3, 9)),  # one class absent
        ([0] * 5 + [1] * 6, [-3.0] * 5 + [3.0] * 6),  # perfect
        ([0, 1, 1], [-4.0, -3.0, -5.0]), ([0, 1, 0], [4.0, 3.0, 5.0])):  # one prediction for all
    cases.append(measured(np.array(labels), np.array(logits), 0.6, 0.1))
with open(os.path.join(sys.argv[1], "metrics.json"), "w") as file:
    json.dump(cases, file)
    file.write("\n")

cases = []
for count, decimals in ((60, 3), (400, 1), (150, 0)):
    labels = (random.random_sample(count) < 0.6).astype(int)
    shared = random.standard_normal(count) + labels
    scores = [np.round(shared + random.standard_normal(count) * noise, decimals)
              for noise in (0.3, 1.0)]
    z, p, *intervals, auc_a, auc_b, info = Delong_test(labels, *scores)
    assert info["method"] == "delong"
    cases.append({
        "labels": labels.tolist(), "first": scores[0].tolist(), "second": scores[1].tolist(),
        "areas": [auc_a, auc_b], "intervals": [list(i) for i in intervals], "z": -z, "p": p,
        "difference_variance": info["var_diff"]})
with open(os.path.join(sys.argv[1], "delong.json"), "w") as file:
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


def multiclass(labels, p, predictions):
    """scikit-learn's metrics of three or more classes, averaged over the classes."""
    labels_one_hot = np.eye(p.shape[1])[labels]
    predictions_one_hot = np.eye(p.shape[1])[predictions]
    correct = predictions == labels
    confidences = p.max(1)
    bins = np.minimum((confidences * 15).astype(int), 14)
    return {
        "accuracy": metrics.accuracy_score(labels, predictions),
        "balanced_accuracy": metrics.balanced_accuracy_score(labels, predictions),
        "recall": metrics.recall_score(labels, predictions, average="macro"),
        "specificity": np.mean([
            metrics.recall_score(labels_one_hot[:, k], predictions_one_hot[:, k], pos_label=0)
            for k in range(p.shape[1])]),
        "precision": metrics.precision_score(labels, predictions, average="macro"),
        "npv": np.mean([
            metrics.precision_score(labels_one_hot[:, k], predictions_one_hot[:, k], pos_label=0)
            for k in range(p.shape[1])]),
        "f1": metrics.f1_score(labels, predictions, average="macro"),
        "mcc": metrics.matthews_corrcoef(labels, predictions),
        "auroc": metrics.roc_auc_score(labels, p, multi_class="ovr", average="macro"),
        "average_precision": metrics.average_precision_score(labels_one_hot, p, average="macro"),
        "brier": metrics.brier_score_loss(labels, p, scale_by_half=False),
        "cross_entropy": metrics.log_loss(labels, p),
        "ece": sum(abs(correct[bins == b].sum() - confidences[bins == b].sum())
                   for b in range(15)) / len(labels),
    }


labels = random.choice(4, 240, p=[.1, .4, .3, .2])
logits = random.standard_normal((240, 4)) + 1.5 * np.eye(4)[labels]
p = scipy.special.softmax(logits, axis=1)
predictions = p.argmax(1)
with open(os.path.join(sys.argv[1], "multiclass.json"), "w") as file:
    json.dump({
        "labels": labels.tolist(), "logits": logits.tolist(),
        "metrics": multiclass(labels, p, predictions),
        "confusion": metrics.confusion_matrix(labels, predictions).tolist(),
        "auroc_of_classes": [metrics.roc_auc_score(labels == k, p[:, k]) for k in range(4)],
    }, file)
    file.write("\n")

# A hundred thousand cases, generated by a rule that the test repeats.
numbers = np.arange(100_000)
labels = (numbers * 7919 % 10007 < 3000).astype(int)
logits = (numbers * 104729 % 20011 - 10005 + 2501 * labels) / 2501.0
large = measured(labels, logits, 0.6, 0.1)
with open(os.path.join(sys.argv[1], "large.json"), "w") as file:
    json.dump(large["metrics"], file)
    file.write("\n")
