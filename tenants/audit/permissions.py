"""Who may read the trail."""

from tenants.access.roles import STAFF, permission

ACTIVITY_READ = permission("activity:read", STAFF)
AUDIT_VERIFY = permission("audit:verify", STAFF)
