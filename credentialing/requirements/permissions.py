"""Who may see what is missing, and who may change what is asked for. A provider sees their own file only: the database sees to that."""

from tenants.access.roles import EVERYONE, MANAGERS, STAFF, Role, permission

MISSING_READ = permission("requirement:missing", EVERYONE)
REQUIREMENT_READ = permission("requirement:read", STAFF)
REQUIREMENT_WRITE = permission("requirement:write", MANAGERS | {Role.SPECIALIST})
