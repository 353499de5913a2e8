"""Trains the networks of networks.ts with Keras from the same numbers and writes their losses to keras-reference.json.

Run by hand, when a network is added: python test/training/keras_reference.py  (pip install tensorflow-cpu==2.21.0)
"""

import json
import os
import pathlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
from keras import layers as L

ROWS, CLASSES, EPOCHS, BATCH = 100, 3, 4, 32


def random_from(seed):
    """Mulberry32, as networks.ts has it."""
    state = seed

    def multiply(a, b):
        return (a * b) & 0xFFFFFFFF

    def draw():
        nonlocal state
        state = (state + 0x6D2B79F5) & 0xFFFFFFFF
        t = multiply(state ^ (state >> 15), state | 1)
        t ^= (t + multiply(t ^ (t >> 7), t | 61)) & 0xFFFFFFFF
        return ((t ^ (t >> 14)) & 0xFFFFFFFF) / 4294967296

    return draw


def dense(units, **more):
    return L.Dense(units, **more)


NETWORKS = {
    "dense layers": ((8,), lambda: [dense(16, activation="relu")]),
    "batch normalization": ((8,), lambda: [dense(16, use_bias=False), L.BatchNormalization(), L.ReLU()]),
    "layer normalization": ((8,), lambda: [dense(16), L.LayerNormalization()]),
    "convolution with batch normalization": (
        (8, 8, 2),
        lambda: [
            L.Conv2D(4, 3, strides=2, padding="same", use_bias=False),
            L.BatchNormalization(),
            L.AveragePooling2D(2),
            L.Flatten(),
        ],
    ),
    "separable convolution": ((8, 8, 2), lambda: [L.SeparableConv2D(4, 3), L.GlobalAveragePooling2D()]),
    "depthwise convolution with strides": (
        (8, 8, 2),
        lambda: [L.DepthwiseConv2D(3, strides=2, padding="same", depth_multiplier=2), L.Flatten()],
    ),
    "transposed convolution and upsampling": (
        (5, 5, 2),
        lambda: [L.Conv2DTranspose(4, 3, strides=2), L.UpSampling2D(2), L.GlobalMaxPooling2D()],
    ),
    "convolution in one dimension": ((10, 2), lambda: [L.Conv1D(4, 3), L.MaxPooling1D(2), L.Flatten()]),
    "LSTM": ((6, 4), lambda: [L.LSTM(8)]),
    "embedding": ((6,), lambda: [L.Embedding(20, 5), L.Flatten()]),
    "an L2 penalty": (
        (8,),
        lambda: [dense(16, kernel_regularizer=keras.regularizers.L2(0.01), activation="tanh")],
    ),
}


def losses(name, shape, make):
    model = keras.Sequential([L.Input(shape=shape), *make(), dense(CLASSES, activation="softmax")])
    draw = random_from(7)
    weights = []
    for weight in model.get_weights():
        random = weight.ndim >= 2
        weights.append(np.reshape([(draw() - 0.5) * 0.4 for _ in range(weight.size)], weight.shape) if random else weight)
    model.set_weights(weights)
    draw = random_from(3)
    count = ROWS * int(np.prod(shape))
    values = [np.floor(draw() * 20) if name == "embedding" else draw() - 0.5 for _ in range(count)]
    x = np.reshape(np.array(values, "float32"), (ROWS, *shape))
    y = np.zeros((ROWS, CLASSES), "float32")
    for row in range(ROWS):
        y[row, int(draw() * CLASSES)] = 1
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss="categorical_crossentropy")
    return model.fit(x, y, epochs=EPOCHS, batch_size=BATCH, shuffle=False, verbose=0).history["loss"]


reference = {
    "keras": keras.__version__,
    "losses": {name: losses(name, shape, make) for name, (shape, make) in NETWORKS.items()},
}
target = pathlib.Path(__file__).parent / "keras-reference.json"
target.write_text(json.dumps(reference, indent=2) + "\n")
