"""Who may do what with people."""

from tenants.access.roles import STAFF, permission

PEOPLE_READ = permission("people:read", STAFF)
PEOPLE_INVITE = permission("people:invite", STAFF)
PEOPLE_END = permission("people:end", STAFF)
