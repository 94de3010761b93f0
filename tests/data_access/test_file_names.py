"""What a run over files is called in the list of runs."""

from __future__ import annotations

from pathlib import Path

from data_access.storing import file_names


def test_files_are_called_by_their_names_and_standard_input_in_words() -> None:
    assert file_names([Path("/somewhere/rows.csv"), Path("-")]) == "rows.csv, standard input"
