"""Medicare's public files of data.cms.gov: who is enrolled (PPEF), whose benefits go to whom, and who has opted out.

The enrollment extract proves an approved fee-for-service enrollment by NPI; the reassignment extract joins a practitioner's
enrollment id to a group's; the opt-out file lists practitioners who bill patients privately, for two years at a time.
"""

from integrations.cms.rows import (
    ENROLLMENT,
    OPT_OUT,
    REASSIGNMENT,
    Enrolled,
    OptedOut,
    read_enrolled,
    read_opted_out,
)

__all__ = ["ENROLLMENT", "OPT_OUT", "REASSIGNMENT", "Enrolled", "OptedOut", "read_enrolled", "read_opted_out"]
