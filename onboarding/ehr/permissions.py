"""Who may do what with EHR connections. The clinic often has the credentials, so it may enter and test them itself."""

from tenants.access.roles import STAFF, permission

EHR_READ = permission("ehr:read", STAFF)
EHR_CONNECT = permission("ehr:connect", STAFF)
EHR_TEST = permission("ehr:test", STAFF)
