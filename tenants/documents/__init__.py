"""Documents, from a presigned upload to a reviewed file.

`create` hands the browser an exact request to the quarantine prefix; `complete` records the scan job; the job checks size, SHA-256,
real type and virus scanner and only then moves the object to where it can be downloaded from. A person then accepts or rejects it.
"""
