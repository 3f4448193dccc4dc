"""Objects in one S3-compatible bucket, a prefix per tenant. Bytes never pass through Flask.

Keys are `tenants/<tenant>/<class>/<uuid>`, made here, never the file's name and never used twice. Browsers get presigned, exact and
short-lived requests. `capabilities()` says what the store can do, probed and never assumed.
"""

from infra.storage.capabilities import Capabilities, capabilities
from infra.storage.client import ObjectInfo, Part, PresignedRequest, Storage, storage

__all__ = ["Capabilities", "ObjectInfo", "Part", "PresignedRequest", "Storage", "capabilities", "storage"]
