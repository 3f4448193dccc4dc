"""What sources' answers mean: `registry` the NPI registry's, `sources` all others', `validity` until when they count. Pure."""

from credentialing.verification.rules.registry import Judgment, judge_registry
from credentialing.verification.rules.sources import (
    ScreenedFacts,
    judge_enrollment,
    judge_exclusions,
    judge_license,
    judge_opt_out,
)
from credentialing.verification.rules.validity import PROGRAMS, Program, limits_of, valid_until

__all__ = [
    "PROGRAMS",
    "Judgment",
    "Program",
    "ScreenedFacts",
    "judge_enrollment",
    "judge_exclusions",
    "judge_license",
    "judge_opt_out",
    "judge_registry",
    "limits_of",
    "valid_until",
]
