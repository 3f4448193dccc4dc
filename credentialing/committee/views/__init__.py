"""Pages of the committee: its home and setup, meetings, and the files that it decides."""

from credentialing.committee.views import files, home, meetings
from credentialing.committee.views.blueprint import bp

__all__ = ["bp", "files", "home", "meetings"]
