"""Lists that leave the product: one registry, one route, one line in the audit trail for each.

A capability declares its list in a room of its own, `exports.py`: a name, who may have it, its columns and the rows (`registry.py`
says how). The list then exists as CSV and XLSX for pages and API alike, and `ui.export_links(clinic_id, name)` shows it.
"""
