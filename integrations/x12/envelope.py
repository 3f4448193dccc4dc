"""The envelope of an interchange: every ISA, GS and ST has its end, with the right count and control number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from integrations.x12.problems import ProblemCode, X12Problem, problem_at
from integrations.x12.segments import Segment

_ENDS = {"SE": "ST", "GE": "GS", "IEA": "ISA"}
_LEVELS = {"ISA": 0, "GS": 1, "ST": 2}
_CONTROL_ELEMENT = {"ISA": 13, "GS": 6, "ST": 2}
_UNIT = {"SE": "segments", "GE": "transaction sets", "IEA": "functional groups"}


def check_envelope(segments: Iterable[Segment]) -> Iterator[X12Problem]:
    """Yield every problem of the envelope of a stream of segments."""
    checker = EnvelopeChecker()
    for segment in segments:
        yield from checker.see(segment)
    yield from checker.finish()


class EnvelopeChecker:
    """Is shown the segments in order and tells what does not fit.

    Segments between an ST and its SE need not be shown, because their numbers tell how many they were.
    """

    def __init__(self) -> None:
        self._open: list[Segment] = []
        self._counts = [0, 0]
        self._last: Segment | None = None

    @property
    def transaction(self) -> str:
        """The control number of the transaction set that is open, else empty."""
        return self._open[2].get(2) if len(self._open) == 3 else ""

    def see(self, segment: Segment) -> list[X12Problem]:
        """Take in the next segment and return what is wrong with it."""
        self._last = segment
        name = segment.elements[0]
        problems: list[X12Problem] = []
        if name in _LEVELS:
            self._begin(segment, name, problems)
        elif name in _ENDS:
            self._end(segment, name, problems)
        elif len(self._open) < 3:
            problems.append(self._problem(segment, "structure", f"{name[:3]} stands outside of a transaction set"))
        if not segment.is_terminated:
            problems.append(self._problem(segment, "cut-off", f"the file ends inside segment {name[:3]}"))
        return problems

    def finish(self, last: Segment | None = None) -> list[X12Problem]:
        """Return what was begun and never ended. `last` is the last segment of all, when it was not shown."""
        problems: list[X12Problem] = []
        end = last or self._last
        if end is not None:
            self._close_down_to(0, end, problems)
        return problems

    def _begin(self, segment: Segment, name: str, problems: list[X12Problem]) -> None:
        level = _LEVELS[name]
        self._close_down_to(level, segment, problems)
        if len(self._open) < level:
            problems.append(self._problem(segment, "structure", f"{name} stands outside of its envelope"))
            # Stand-ins for what is missing, so that what follows is still read and counted.
            self._open += [segment] * (level - len(self._open))
        if level:
            self._counts[level - 1] += 1
        self._open.append(segment)
        if level < 2:
            self._counts[level] = 0

    def _end(self, segment: Segment, name: str, problems: list[X12Problem]) -> None:
        start_name = _ENDS[name]
        level = _LEVELS[start_name]
        if len(self._open) <= level:
            problems.append(self._problem(segment, "structure", f"{name} without its {start_name}"))
            return
        transaction = self.transaction
        self._close_down_to(level + 1, segment, problems)
        start = self._open.pop()
        actual = segment.number - start.number + 1 if name == "SE" else self._counts[level]
        stated = segment.get(1)
        if not stated.isdigit() or int(stated) != actual:
            message = f"{name}01 says {stated or 'nothing'}, but there are {actual} {_UNIT[name]}"
            problems.append(self._problem(segment, "count", message, 1, transaction))
        position = _CONTROL_ELEMENT[start_name]
        if start.elements[0] == start_name and segment.get(2) != start.get(position):
            message = f"{name}02 {segment.get(2)} differs from {start_name}{position:02d} {start.get(position)}"
            problems.append(self._problem(segment, "control-number", message, 2, transaction))

    def _close_down_to(self, level: int, segment: Segment, problems: list[X12Problem]) -> None:
        while len(self._open) > level:
            transaction = self.transaction
            start = self._open.pop()
            if start.elements[0] in _LEVELS and _LEVELS[start.elements[0]] == len(self._open):
                name = start.elements[0]
                message = f"{name} of segment {start.number} has no end before {segment.elements[0][:3]}"
                problems.append(self._problem(segment, "structure", message, None, transaction))

    def _problem(
        self,
        segment: Segment,
        code: ProblemCode,
        message: str,
        element: int | None = None,
        transaction: str | None = None,
    ) -> X12Problem:
        return problem_at(segment, code, message, element, self.transaction if transaction is None else transaction)
