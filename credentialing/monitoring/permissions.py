"""Who may see what runs out, and who may answer reminders. A provider sees their own only: the database sees to that."""

from tenants.access.roles import EVERYONE, STAFF, permission

EXPIRY_READ = permission("expiry:read", EVERYONE)
EXPIRY_LIST = permission("expiry:list", STAFF)
EXPIRY_NOTE = permission("expiry:note", EVERYONE)
CHECK_READ = permission("expiry:checks", STAFF)
