"""EHR connections: one that answers (the local FHIR server of the embedded run), and one whose address leads nowhere."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date

from onboarding.demo.clinics import DemoClinic
from onboarding.demo.story import Act
from onboarding.ehr.services import NewConnection, begin_test, create_connection

_TEST = frozenset({"onboarding.test_ehr_connection"})
_PROOF = frozenset({"onboarding.complete_tasks"})
# An address of the EHR vendor's inside network, as it stands in their e-mail: the address guard refuses it at once.
INSIDE = "https://10.20.0.14/fhir/r4"


def connection_acts(clinic: DemoClinic, on: date, *, base_url: str | None = None) -> list[Act]:
    """Enter a connection and have it tested; none when there is no server to connect to."""
    address = base_url or os.environ.get("DEMO_FHIR_URL", "")
    if not address:
        return []
    return [Act("EHR connection", on, clinic.manager, _connecting(clinic.ehr, address), topics=_TEST, latest=_PROOF)]


def _connecting(name: str, address: str) -> Callable[[], None]:
    def connect() -> None:
        made = create_connection(NewConnection("fhir_r4", base_url=address, name=name))
        begin_test(made.id)

    return connect
