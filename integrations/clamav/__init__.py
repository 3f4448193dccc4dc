"""A client of the ClamAV daemon (clamd): streams bytes to it and reads its verdict."""

from integrations.clamav.client import ClamavClient, Clean, Infected, ScannerDown, ScannerRefused

__all__ = ["ClamavClient", "Clean", "Infected", "ScannerDown", "ScannerRefused"]
