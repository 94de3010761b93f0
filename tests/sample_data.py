"""Where the sample rows are: real open data, kept beside the checkout because it is too large to keep in it."""

import os
from pathlib import Path

import pytest

DEFAULT_FOLDER = Path(__file__).resolve().parents[1] / ".." / "shared" / "data"


def sample_folder() -> Path:
    """The folder named by FIXEDYET_SAMPLE_DATA, else ../shared/data beside the checkout."""
    return Path(os.environ.get("FIXEDYET_SAMPLE_DATA") or DEFAULT_FOLDER).resolve()


def boston_csv() -> Path:
    """Boston's requests of 2015 (121,145 rows, gzipped CSV); skips the calling test when the file is not there."""
    path = sample_folder() / "boston" / "requests-2015.csv.gz"
    if not path.is_file():
        pytest.skip(f"The Boston sample is not at {path}; set FIXEDYET_SAMPLE_DATA to the folder that holds boston/.")
    return path


def sample(name: str) -> Path:
    """A file of the sample folder ('chicago/requests-2021-01-01.csv.gz'); skips the calling test when it is not there."""
    path = sample_folder() / name
    if not path.is_file():
        pytest.skip(f"The sample is not at {path}; set FIXEDYET_SAMPLE_DATA to the folder that holds {name}.")
    return path
