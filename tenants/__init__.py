"""Clinics, the people who work in them, and what each may see: sign-in, memberships, audit trail and documents.

Each clinic is a tenant. `access` holds roles, permissions and the gate that every request passes; `people` sign-in, invitations and
API tokens; `clinics` the clinic itself and its rollup row; `audit` the hash-chained trail; `documents` uploads from presigned
request to reviewed file.
"""
