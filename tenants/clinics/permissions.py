"""Who may do what with a clinic."""

from tenants.access.roles import EVERYONE, MANAGERS, permission

CLINIC_READ = permission("clinic:read", EVERYONE)
CLINIC_CREATE = permission("clinic:create", MANAGERS)
CLINIC_CHANGE = permission("clinic:change", MANAGERS)
