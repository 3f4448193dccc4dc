"""A few samples through the whole way: drawn, made worse, straightened, recognized. The full measure is `python -m tests.bench reading`."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from integrations.reading.boundaries import propose_parts
from integrations.reading.fields import extract
from integrations.reading.files import read_pages
from integrations.reading.kinds import classify
from tests.samples.reading.evaluation import by_field, read_sample, samples
from tests.samples.reading.wordings_held_out import HELD_OUT

needs_tesseract = pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract-ocr is not installed")


def test_held_out_layouts_with_text_of_their_own():
    results = [read_sample((sample, "pdf")) for sample in samples(HELD_OUT, "held")]
    assert sum(result.kind == result.read_kind for result in results) / len(results) >= 0.9
    scores = by_field(results)
    right, wrong = sum(score.right for score in scores.values()), sum(score.wrong for score in scores.values())
    there = right + wrong + sum(score.missed for score in scores.values())
    assert right / (right + wrong) >= 0.9 and right / there >= 0.75


def test_documents_that_others_made():
    folder = Path(__file__).parents[2] / "samples" / "reading" / "originals"
    found = {}
    for file in sorted(folder.glob("*.pdf")):
        pages = [read.page for read in read_pages(file.read_bytes(), "application/pdf")]
        guess = classify(pages)[0]
        found[file.name] = (guess.kind, guess.confidence, len(propose_parts(pages)), extract(pages, guess.kind))
    form, license_ = found["fw9_a.pdf"], found["sample-generic-provider-license.pdf"]
    assert form[0] == "w9" and form[1] > 0.9 and form[2] == 1 and form[3] == []
    assert license_[0] == "state_license" and license_[1] < 0.9


@needs_tesseract
@pytest.mark.parametrize("quality", ["scan", "sideways", "fax", "photo"])
def test_a_picture_of_a_page_is_read(quality):
    sample = next(drawn for drawn in samples(HELD_OUT, "held") if drawn.kind == "medicare_ptan")
    result = read_sample((sample, quality))
    assert result.read_kind == sample.kind
    assert {name: result.read[name][0] for name in ("npi", "number", "effective_on")} == {
        name: sample.truth[name] for name in ("npi", "number", "effective_on")
    }
