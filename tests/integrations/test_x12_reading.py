from __future__ import annotations

import io
import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.x12 import NotX12, Remittance, X12Problem, check_envelope, read_835, read_segments, summary

FIXTURES = Path(__file__).parent.parent / "fixtures" / "x12"
EXPECTED: dict[str, Any] = json.loads((FIXTURES / "expected.json").read_text("utf-8"))
REMITTANCES = sorted(name for name, facts in EXPECTED.items() if "835" in facts["totals"])
PERF = "perf__syn_2000_835.edi"


class _Drip(io.BytesIO):
    """A stream that gives few bytes at a time, as a slow network does."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(size, 700) if size and size > 0 else size)


def _read(content: bytes) -> tuple[list[Remittance], list[X12Problem]]:
    found = list(read_835(io.BytesIO(content)))
    return (
        [item for item in found if isinstance(item, Remittance)],
        [item for item in found if isinstance(item, X12Problem)],
    )


def _cents(text: str) -> int:
    return int(Decimal(text).scaleb(2))


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_segments_delimiters_and_positions_are_right(name: str) -> None:
    content = (FIXTURES / name).read_bytes()
    segments = list(read_segments(_Drip(content)))
    facts = EXPECTED[name]
    assert len(segments) == facts["segments"]
    assert [segment.number for segment in segments] == list(range(1, len(segments) + 1))
    first = segments[0].delimiters
    wanted = facts["delimiters"]
    assert (first.element, first.component, repr(first.segment)) == (
        wanted["element"], wanted["component"], wanted["segment"],
    )  # fmt: skip
    for segment in segments:
        assert content[segment.offset :].startswith(segment.id.encode())
    assert sum(segment.id == "ISA" for segment in segments) == facts["interchanges"]
    assert sum(segment.id == "GS" for segment in segments) == facts["groups"]


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_the_envelope_has_the_problems_that_others_found(name: str) -> None:
    problems = list(check_envelope(read_segments(io.BytesIO((FIXTURES / name).read_bytes()))))
    kinds = {(problem.segment_id, problem.code) for problem in problems}
    wanted = {
        (text[:2] if text[:2] in ("SE", "GE") else "IEA", "count" if "01=" in text else "control-number")
        for text in EXPECTED[name]["structure_problems"]
    }
    assert kinds == wanted


@pytest.mark.parametrize("name", REMITTANCES)
def test_an_835_adds_up_to_what_others_found(name: str) -> None:
    remittances, _ = _read((FIXTURES / name).read_bytes())
    totals = EXPECTED[name]["totals"]["835"]
    lines = [line for item in remittances for claim in item.claims for line in claim.lines]
    added = summary(remittances)
    assert added.remittances == totals["transactions"]
    assert (added.claims, added.service_lines) == (totals["claims"], totals["service_lines"])
    assert (added.charge_cents, added.paid_cents) == (_cents(totals["total_charge"]), _cents(totals["total_paid"]))
    assert added.payment_cents == _cents(totals["bpr02"])
    assert sum(line.charge_cents for line in lines) == _cents(totals["line_charge"])
    assert sum(line.paid_cents for line in lines) == _cents(totals["line_paid"])
    assert Counter(line.procedure for line in lines) == totals.get("procedures", {})
    assert Counter(claim.status_code for item in remittances for claim in item.claims) == totals["claim_status"]
    for level, adjustments in (
        ("adj_claim_level", [a for item in remittances for claim in item.claims for a in claim.adjustments]),
        ("adj_line_level", [a for line in lines for a in line.adjustments]),
    ):
        amounts: Counter[str] = Counter()
        for adjustment in adjustments:
            amounts[f"{adjustment.group}-{adjustment.carc}"] += adjustment.amount_cents
        assert amounts == {key: _cents(value) for key, value in totals.get(level, {}).items()}
    kept = Counter()
    for item in remittances:
        for provider_adjustment in item.provider_adjustments:
            kept[provider_adjustment.reason] += provider_adjustment.amount_cents
    assert kept == {key: _cents(value) for key, value in totals.get("plb", {}).items()}


@pytest.mark.parametrize("name", REMITTANCES)
def test_payer_payee_and_unbalanced_claims_are_what_others_found(name: str) -> None:
    remittances, _ = _read((FIXTURES / name).read_bytes())
    for item, facts in zip(remittances, EXPECTED[name]["transactions"], strict=True):
        assert (item.payer_name, item.payee_npi or None) == (facts["payer"], facts["payee_npi"])
        assert (item.method, item.trace) == (facts["payment_method"], facts["trn02"])
        unbalanced = [c for c in item.claims if any(p.code == "claim-balance" for p in c.problems)]
        assert len(unbalanced) == facts["claims_not_balancing"]


def test_a_large_file_balances_to_the_cent() -> None:
    content = (FIXTURES / PERF).read_bytes()
    remittances, problems = _read(content)
    rows = [segment.split(b"*") for segment in content.replace(b"\n", b"").split(b"~")]
    added = summary(remittances)
    assert problems == []
    assert added.remittances == 48
    assert added.payment_cents == sum(_cents(row[2].decode()) for row in rows if row[0] == b"BPR") == 22_475_865
    assert added.paid_cents == sum(_cents(row[4].decode()) for row in rows if row[0] == b"CLP") == 22_486_202
    assert added.claims == sum(row[0] == b"CLP" for row in rows) == 1873
    assert added.service_lines == sum(row[0] == b"SVC" for row in rows) == 2663
    assert added.payment_cents == added.paid_cents - added.provider_adjustment_cents
    assert sum(item.count for item in added.adjustments) == sum((len(r) - 1) // 3 for r in rows if r[0] == b"CAS")
    first = remittances[0].claims[0]
    assert first.patient_control_number == "BHA0000000"
    assert (first.member_id, first.rendering_npi) == ("W880892064", "1302233469")
    assert (first.payer_control_number, first.filing_code, first.patient_responsibility_cents) == (
        "8097972750032", "12", 744,
    )  # fmt: skip


def test_names_are_read_as_utf8_and_as_latin1() -> None:
    text = (FIXTURES / PERF).read_text("utf-8")
    for encoding in ("utf-8", "latin-1"):
        segments = list(read_segments(io.BytesIO(text.encode(encoding))))
        assert any(segment.get(3) == "PEÑA" for segment in segments if segment.id == "NM1")


_SAMPLE = "".join((FIXTURES / "x12_linuxforhealth__demo.835").read_text("ascii").split("\n"))
_MARKS = "*~:^|!<>#$%;,=@[]{}\x1c\x1d\x1e\x1f\n\\"


@settings(max_examples=60, deadline=None)
@given(st.permutations(_MARKS), st.sampled_from(["", "\n", "\r\n", "\n   "]))
def test_a_file_written_with_other_delimiters_reads_the_same(marks: list[str], line_end: str) -> None:
    # A line break separates nothing but segments.
    segment = marks[0]
    element, component, repetition = [mark for mark in marks[1:] if mark != "\n"][:3]
    written_end = segment if segment in line_end else segment + line_end
    table = str.maketrans({"*": element, ":": component, "~": written_end, "^": repetition})
    original, _ = _read(_SAMPLE.encode())
    other, problems = _read(_SAMPLE.translate(table).encode())
    assert problems == []
    assert summary(other) == summary(original)
    assert [claim.patient_control_number for claim in other[0].claims] == ["666123", "777777"]


def test_interchanges_with_different_delimiters_follow_each_other() -> None:
    second = _SAMPLE.translate(str.maketrans({"*": "|", "~": "\n", ":": ">"}))
    remittances, problems = _read((_SAMPLE + "\r\n" + second + _SAMPLE).encode())
    assert problems == []
    assert [item.payment_cents for item in remittances] == [15_000_000] * 3


def test_many_small_interchanges_do_not_slow_the_reader_down() -> None:
    content = _SAMPLE.encode() * 3000
    remittances, problems = _read(content)
    assert (len(remittances), problems) == (3000, [])


@pytest.mark.parametrize(
    ("content", "offset"), [(b"", 0), (b"hello", 0), (b"\n\n  CLP*1~", 4), (b"ISA*00*~", 0), (b"%PDF-1.7", 0)]
)
def test_what_is_no_x12_is_told_with_its_place(content: bytes, offset: int) -> None:
    with pytest.raises(NotX12) as refused:
        list(read_segments(io.BytesIO(content)))
    assert refused.value.byte_offset == offset
    remittances, problems = _read(content)
    assert (remittances, [problem.code for problem in problems]) == ([], ["not-x12"])


@settings(max_examples=80, deadline=None)
@given(st.integers(0, len(_SAMPLE)))
def test_a_file_cut_off_anywhere_is_told_and_what_was_whole_is_kept(length: int) -> None:
    remittances, problems = _read(_SAMPLE[:length].encode())
    assert problems or length == len(_SAMPLE)
    ends = _SAMPLE.index("CLP*777777")
    if length >= _SAMPLE.index("~", ends) + 1:
        assert [claim.patient_control_number for claim in remittances[0].claims] == ["666123", "777777"]


@settings(max_examples=150, deadline=None)
@given(st.integers(110, len(_SAMPLE) - 1), st.binary(min_size=1, max_size=4))
def test_damage_never_raises(position: int, noise: bytes) -> None:
    content = _SAMPLE.encode()
    found = list(read_835(io.BytesIO(content[:position] + noise + content[position + len(noise) :])))
    assert all(isinstance(item, Remittance | X12Problem) for item in found)


@pytest.mark.parametrize(
    ("old", "new", "code", "segment_id", "element"),
    [
        ("CLP*666123*1*211366.97", "CLP*666123*1*211366.977", "amount", "CLP", 3),
        ("CLP*666123*1*211366.97", "CLP*666123*1*1e5", "amount", "CLP", 3),
        ("CLP*666123*1*211366.97*138018.40", "CLP*666123*1*211366.97*138018.41", "claim-balance", "CLP", None),
        ("BPR*C*150000.00", "BPR*C*150000.01", "payment-balance", "BPR", 2),
        ("BPR*C*150000.00", "BPR*C*", "amount", "BPR", 2),
        ("*1234~BPR", "*9234~BPR", "control-number", "SE", 2),
        ("ST*835*", "ST*837*", "transaction-type", "ST", 1),
        ("DTM*405*20020916", "DTM*405*20021316", "date", "DTM", 2),
    ],
)
def test_a_fault_is_told_with_its_exact_place(
    old: str, new: str, code: str, segment_id: str, element: int | None
) -> None:
    assert old in _SAMPLE
    content = _SAMPLE.replace(old, new, 1)
    _, problems = _read(content.encode())
    found = next(problem for problem in problems if problem.code == code)
    assert (found.segment_id, found.element) == (segment_id, element)
    assert content[found.byte_offset :].startswith(segment_id + "*")
    assert content[: found.byte_offset].count("~") == found.segment_number - 1


def test_a_line_that_does_not_balance_is_told() -> None:
    content = (FIXTURES / "x12_linuxforhealth__tertiary-payment.835").read_bytes()
    remittances, problems = _read(content)
    assert [(problem.code, problem.segment_id, problem.segment_number) for problem in problems] == [
        ("line-balance", "SVC", 20)
    ]
    assert remittances[0].claims[0].problems == tuple(problems)


def test_unknown_segments_are_kept() -> None:
    content = _SAMPLE.replace("LX*130212", "ZZZ*kept*1~LX*130212", 1)
    remittances, problems = _read(content.encode())
    assert [segment.elements for segment in remittances[0].claims[0].other if segment.id == "ZZZ"] == [
        ["ZZZ", "kept", "1"]
    ]
    assert [problem.code for problem in problems] == ["count"]


def test_a_set_that_never_ends_is_told_and_its_claims_are_kept() -> None:
    start = _SAMPLE.index("SE*")
    content = _SAMPLE[:start] + _SAMPLE[_SAMPLE.index("GE*") :]
    remittances, problems = _read(content.encode())
    assert len(remittances[0].claims) == 2
    assert [(problem.code, problem.segment_id) for problem in problems] == [("structure", "GE")]
