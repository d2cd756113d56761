"""The model file: int8 weights, the shape of the features they belong to, and a reading a language."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.sentiment.calibration import Platt, Reading
from agents.sentiment.linear import Shape, Table
from streams.errors import BadConfiguration

BUNDLED = Path(__file__).parent / "weights.npz"
FORMAT = 1
ANY = "any"  # the reading for texts whose language is not known


@dataclass(frozen=True, slots=True)
class Model:
    """Weights for negative and for positive, each a bucket; `scales` turn their int8 sums into log-odds."""

    name: str
    shape: Shape
    negative: Table
    positive: Table
    scales: tuple[float, float]
    readings: dict[str, Reading]


def quantised(weights: NDArray[np.float64], largest: float) -> tuple[Table, float]:
    """Weights as int8 and the size of one step; weights beyond `largest` are cut to it."""
    step = largest / 127
    return np.rint(np.clip(weights, -largest, largest) / step).astype(np.int8), step


def save(model: Model, path: Path) -> None:
    """Writes the model; the same model gives the same bytes."""
    about = {
        "format": FORMAT,
        "name": model.name,
        "shape": asdict(model.shape),
        "scales": model.scales,
        "readings": {language: asdict(reading) for language, reading in sorted(model.readings.items())},
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        _put(archive, "about.npy", np.frombuffer(json.dumps(about, indent=1).encode(), np.uint8))
        _put(archive, "negative.npy", model.negative)
        _put(archive, "positive.npy", model.positive)


def load(path: Path = BUNDLED) -> Model:
    """Reads a model file; BadConfiguration says what is wrong with it."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            about = json.loads(archive["about"].tobytes())
            return _model(about, archive["negative"], archive["positive"])
    except FileNotFoundError:
        raise BadConfiguration(
            [f"{path}: sentiment.model: there is no such file; give the path of a model"]
        ) from None
    except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise BadConfiguration(
            [f"{path}: sentiment.model: not a model of ours ({error}); make one with `palovahti adapt`"]
        ) from error


def _model(about: dict[str, Any], negative: Table, positive: Table) -> Model:
    if about["format"] != FORMAT:
        raise ValueError(f"format {about['format']}, this version reads {FORMAT}")
    shape = Shape(**about["shape"])
    if negative.shape != (1 << shape.bits,) or positive.shape != negative.shape or negative.dtype != np.int8:
        raise ValueError("weights do not fit the stated shape")
    first, second = about["scales"]
    readings = {language: _reading(fields) for language, fields in about["readings"].items()}
    if ANY not in readings:
        raise ValueError(f"no reading {ANY!r}")
    return Model(about["name"], shape, negative, positive, (float(first), float(second)), readings)


def _reading(fields: dict[str, Any]) -> Reading:
    return Reading(
        **{**fields, "negative": Platt(**fields["negative"]), "positive": Platt(**fields["positive"])}
    )


def _put(archive: zipfile.ZipFile, name: str, array: NDArray[Any]) -> None:
    """Adds an array under a fixed date: a file's bytes must not depend on the day it was written."""
    content = io.BytesIO()
    np.save(content, array, allow_pickle=False)
    entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, content.getvalue(), compresslevel=9)
