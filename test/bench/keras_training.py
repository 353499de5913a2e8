"""Trains the networks of the training benchmark with Keras, as it comes; prints rows per second of the later epochs as JSON."""

import json
import os
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

spec = json.loads(sys.argv[1])
keras.utils.set_random_seed(7)
layers = [keras.layers.Input(shape=spec["shape"])]
for kind, options in spec["layers"]:
    layers.append(getattr(keras.layers, kind)(**options))
model = keras.Sequential(layers)
optimizer = keras.optimizers.Adam(0.001) if spec["optimizer"] == "adam" else keras.optimizers.SGD(0.05)
model.compile(optimizer=optimizer, loss="categorical_crossentropy")
random = np.random.default_rng(1)
x = random.uniform(-0.5, 0.5, [spec["rows"], *spec["shape"]]).astype("float32")
y = np.eye(spec["classes"], dtype="float32")[random.integers(spec["classes"], size=spec["rows"])]


class Times(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.seconds = []

    def on_epoch_begin(self, epoch, logs=None):
        self.began = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds.append(time.perf_counter() - self.began)


times = Times()
history = model.fit(x, y, epochs=spec["epochs"], batch_size=spec["batch"], verbose=0, callbacks=[times])
print(json.dumps({"seconds": times.seconds[1:], "loss": history.history["loss"][-1]}))
