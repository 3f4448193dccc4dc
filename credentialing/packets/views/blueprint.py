"""The blueprint of the packet pages and its place beside the list of providers."""

from __future__ import annotations

from flask import Blueprint

from credentialing.packets import knowledge as _knowledge  # noqa: F401 - registers itself
from credentialing.packets.permissions import PACKET_READ
from credentialing.providers.tabs import add_provider_tab

bp = Blueprint("packets", __name__, template_folder="../templates")
add_provider_tab("Packets", "packets.list_page", PACKET_READ, 40)
