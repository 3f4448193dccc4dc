"""Who may do what with readings. A provider sees those of their own documents: the database sees to that."""

from tenants.access.roles import EVERYONE, MANAGERS, STAFF, permission

READING_READ = permission("reading:read", EVERYONE)
READING_CONFIRM = permission("reading:confirm", STAFF)
READING_SETTINGS = permission("reading:settings", MANAGERS)
