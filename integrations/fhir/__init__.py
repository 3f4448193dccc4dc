"""The connection test of a FHIR R4 endpoint: address, TLS, capability statement, token, one read.

`probe` yields each step as it is done, so that a page can show them while they run. After the first step that fails
the rest are reported as skipped. What the server answers is never passed on beyond counts, versions and names.
"""

from integrations.fhir.probe import STEPS, ClientCredentials, Step, probe

__all__ = ["STEPS", "ClientCredentials", "Step", "probe"]
