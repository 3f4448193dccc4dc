"""The sections of a provider's file as data: which fields each has, what each field may hold, who asks for it.

`fields.py` has the kinds of fields (one definition serves form, JSON and history), `entries.py` and `held.py` the sections,
`catalog.py` their order. Pages, API, imports and packets all read this one list.
"""

from credentialing.providers.sections.catalog import SECTIONS, find_section
from credentialing.providers.sections.entries import DISCLOSURES
from credentialing.providers.sections.fields import FieldSpec, Section, load_values, schema_of

__all__ = ["DISCLOSURES", "SECTIONS", "FieldSpec", "Section", "find_section", "load_values", "schema_of"]
