"""The verbs of the AR transfer.

`imports` asks for an import, maps its columns, changes its control totals and accepts it; `reading` is what the job stores;
`comparing` ties out; `storing` brings rows into tables; `reports` reads aging, worklist and remittances; `rejects` writes the CSV.
"""

from onboarding.ar.services.imports import (
    NewImport,
    accept_import,
    create_import,
    document_checked,
    files_to_import,
    get_import,
    list_imports,
    progress_of,
    set_control,
    set_mapping,
)
from onboarding.ar.services.reading import sample_rows
from onboarding.ar.services.rejects import list_rejects, note_download, original_text, reasons_of, rejects_csv
from onboarding.ar.services.reports import (
    SORTS,
    Aging,
    Claim,
    ClaimQuery,
    added_up,
    aging,
    aging_of,
    claims,
    filing_risk,
    lines_of,
    remittances_of,
    revenue_at_risk_cents,
    sort_value,
    sources,
)

__all__ = [
    "SORTS",
    "Aging",
    "Claim",
    "ClaimQuery",
    "NewImport",
    "accept_import",
    "added_up",
    "aging",
    "aging_of",
    "claims",
    "create_import",
    "document_checked",
    "files_to_import",
    "filing_risk",
    "get_import",
    "lines_of",
    "list_imports",
    "list_rejects",
    "note_download",
    "original_text",
    "progress_of",
    "reasons_of",
    "rejects_csv",
    "remittances_of",
    "revenue_at_risk_cents",
    "sample_rows",
    "set_control",
    "set_mapping",
    "sort_value",
    "sources",
]
