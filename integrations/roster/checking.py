"""What is wrong with a mapping before any row is taken over: how many cells of each column cannot be read as their field."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from integrations.roster.mapping import ColumnMapping
from integrations.roster.parsing import RowRejected, parse_row
from integrations.tabular import Record


@dataclass(frozen=True, slots=True)
class ColumnCheck:
    """How a column reads as its field: `bad` of `filled` cells do not, `example` says what is wrong with the first one."""

    field: str
    filled: int
    bad: int
    example: str

    @property
    def is_wrong(self) -> bool:
        """True when most cells do not fit, so that the column surely means something else."""
        return self.bad * 2 > self.filled


def check_columns(records: Sequence[Record], mapping: ColumnMapping, *, today: date) -> dict[str, ColumnCheck]:
    """Read sample rows with a mapping and say for each mapped field how its column fares."""
    bad: dict[str, int] = defaultdict(int)
    examples: dict[str, str] = {}
    for record in records:
        row = parse_row(record, mapping, today=today)
        for name, message in dict(row.reasons).items() if isinstance(row, RowRejected) else ():
            bad[name] += 1
            examples.setdefault(name, f"row {record.line_number}: {message}")
    return {
        name: ColumnCheck(
            name,
            sum(1 for record in records if column < len(record.values) and record.values[column].strip()),
            bad[name],
            examples.get(name, ""),
        )
        for name, column in mapping.columns.items()
    }
