"""Who may export lists at all. Each list asks for its own permission besides."""

from tenants.access.roles import STAFF, permission

EXPORT_READ = permission("export:read", STAFF)
