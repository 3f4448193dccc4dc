"""Who may look at the deployment."""

from tenants.access.roles import VENDOR, permission

SYSTEM_READ = permission("system:read", VENDOR)
