"""The system page: what answers, and what the object store can and cannot do."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from infra.settings import settings
from infra.storage import capabilities
from infra.web.chrome import NavEntry, add_to_navigation
from infra.web.health import checks
from infra.web.pages import render
from tenants.access.gate import vendor_access
from tenants.system.permissions import SYSTEM_READ

bp = Blueprint("system", __name__, template_folder="templates")
add_to_navigation(NavEntry("System", "system.system_page", SYSTEM_READ, 99, "settings", needs_clinic=False))

SERVICES = {
    "database": ("Database", "People cannot work."),
    "redis": ("Job queue", "Long work waits in the database until it is back; nothing is lost."),
    "object_store": ("Object store", "Documents can neither be uploaded nor downloaded."),
    "scanner": ("Virus scanner", "Uploads stay in scanning and cannot be downloaded until it is back."),
    "worker": ("Workers", "Scans and imports wait; nothing is lost."),
}
STORE = {
    "versioning": ("Keeps older versions", "A deleted or overwritten object can be brought back."),
    "object_lock": (
        "Object lock",
        "Objects can be made unchangeable for a time. Nothing here promises that without it.",
    ),
    "tagging": ("Tags", "Not needed: what we know of a file stands in the database."),
    "server_side_encryption": (
        "Encryption on request",
        "The store takes an encryption header. The embedded store encrypts everything at rest whether asked or not.",
    ),
    "cors_api": ("CORS settings by API", "Not needed: the embedded store is configured for this address."),
}


@bp.get("/system")
@vendor_access(SYSTEM_READ)
def system_page() -> ResponseReturnValue:
    """What answers, and what the object store can do."""
    found = checks()
    store = capabilities().as_dict() if found["object_store"] else {}
    return render(
        "system/system.html",
        services=[(SERVICES[name], answers) for name, answers in found.items()],
        missing=[SERVICES[name][0] for name, answers in found.items() if not answers],
        store=[(STORE[name], has) for name, has in store.items()],
        is_embedded=settings().is_embedded,
    )
