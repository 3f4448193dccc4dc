"""Who may bring profiles in and decide between a source and the file."""

from tenants.access.roles import STAFF, permission

INCOMING_READ = permission("incoming:read", STAFF)
INCOMING_DECIDE = permission("incoming:decide", STAFF)
CAQH_IMPORT = permission("caqh:import", STAFF)
