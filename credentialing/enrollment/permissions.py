"""Who may do what with enrollments. A provider reads their own cases only: the database sees to that."""

from tenants.access.roles import EVERYONE, STAFF, VENDOR, permission

ENROLLMENT_READ = permission("enrollment:read", EVERYONE)
ENROLLMENT_FOLLOW = permission("enrollment:follow", STAFF)
ENROLLMENT_WORK = permission("enrollment:work", VENDOR)
LOCATION_READ = permission("location:read", EVERYONE)
LOCATION_WRITE = permission("location:write", STAFF)
