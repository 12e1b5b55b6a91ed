"""Promise: a table as CSV says what the table says, and nothing in it runs."""

import csv
import io

import pytest

from services.csv_text import csv_text


def test_values_come_back_and_a_gap_is_no_empty_text() -> None:
    rows = [['a"b,\nc', 1, 2.5, True, None, ""]]
    text = csv_text(["t", "i", "f", "b", "n", "e"], rows)
    assert text.endswith('1,2.5,true,,""\r\n')
    assert list(csv.reader(io.StringIO(text, newline="")))[1] == [
        'a"b,\nc',
        "1",
        "2.5",
        "true",
        "",
        "",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "\uff1d1",
        "\uff0b1",
        "\uff0d1",
        "\uff201",
    ],
)
def test_no_text_is_a_formula(text: str) -> None:
    assert csv_text(["c"], [[text]]) == f'"c"\r\n"\'{text}"\r\n'
    assert csv_text(["c"], [[-1]]) == '"c"\r\n-1\r\n'
