"""Who may do what with providers. A provider reads their own file only: the database sees to that."""

from tenants.access.roles import EVERYONE, STAFF, VENDOR, permission

PROVIDER_READ = permission("provider:read", EVERYONE)
PROVIDER_LIST = permission("provider:list", STAFF)
PROVIDER_WRITE = permission("provider:write", STAFF)
PROVIDER_FILE = permission("provider:fill", EVERYONE)
ROSTER_IMPORT = permission("provider:import", STAFF)
PROVIDER_REVEAL = permission("provider:reveal", VENDOR)
