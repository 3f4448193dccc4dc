"""Who may do what with documents. A provider works on their own file only: the database sees to that."""

from tenants.access.roles import EVERYONE, VENDOR, permission

DOCUMENT_READ = permission("document:read", EVERYONE)
DOCUMENT_UPLOAD = permission("document:upload", EVERYONE)
DOCUMENT_REVIEW = permission("document:review", VENDOR)
