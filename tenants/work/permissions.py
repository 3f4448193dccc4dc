"""Who may look after failed work."""

from tenants.access.roles import MANAGERS, STAFF, permission

WORK_READ = permission("work:read", STAFF)
WORK_RETRY = permission("work:retry", MANAGERS)
