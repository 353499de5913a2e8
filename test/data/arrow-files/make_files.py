"""Writes the Feather files beside it, as pandas and pyarrow users do. Written with pyarrow 26.0.1:

python make_files.py
"""

import datetime
import decimal
import pathlib

import pyarrow as pa
import pyarrow.feather as feather

ROWS = range(300)
table = pa.table(
    {
        "word": pa.array(["wet" if i % 3 else None for i in ROWS]).dictionary_encode(),
        "text": pa.array([f"a rather long text, number {i}" for i in ROWS], pa.large_string()),
        "view": pa.array([f"seen as a view: {i}" for i in ROWS], pa.string_view()),
        "when": pa.array(
            [datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc) + datetime.timedelta(hours=i) for i in ROWS],
            pa.timestamp("ns", "Europe/Berlin"),
        ),
        "price": pa.array([decimal.Decimal(i) / 100 for i in ROWS], pa.decimal128(12, 2)),
        "pixels": pa.array([[float(i), 0.5] for i in ROWS], pa.list_(pa.float32(), 2)),
        "id": pa.array([2**60 + i for i in ROWS], pa.int64()),
        "zeros": pa.array([0] * len(ROWS), pa.int64()),
    }
)
folder = pathlib.Path(__file__).parent
for codec in ["lz4", "zstd", "uncompressed"]:
    feather.write_feather(table, folder / f"{codec}.feather", compression=codec)
