"""Adapters to outside systems and formats, one package each.

Bytes and HTTP come in, frozen dataclasses go out. Nothing here knows a clinic, a database or a web
framework, and no package here knows another except the shared `tabular` reading of rows: each could be
published as a library by itself.
"""
