"""Trains scikit-learn's trees on the numbers that the benchmark made; prints seconds and accuracy on the rest as JSON."""

import json
import sys
import time

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier

kind, path, rows, width = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
table = np.fromfile(path, dtype=np.float32).reshape(-1, width + 1)
train, test = table[:rows], table[rows:]
models = {
    "boosting": HistGradientBoostingClassifier(max_iter=100, early_stopping=False, random_state=0),
    "forest": RandomForestClassifier(n_estimators=100, n_jobs=-1, random_state=0),
}
model = models[kind]
started = time.perf_counter()
model.fit(train[:, :-1], train[:, -1])
seconds = time.perf_counter() - started
print(json.dumps({"seconds": seconds, "accuracy": model.score(test[:, :-1], test[:, -1])}))
