"""Who may see the shared sources and have them loaded: the vendor's staff. They belong to no clinic."""

from tenants.access.roles import MANAGERS, VENDOR, permission

SOURCES_READ = permission("sources:read", VENDOR)
SOURCES_LOAD = permission("sources:load", MANAGERS)
