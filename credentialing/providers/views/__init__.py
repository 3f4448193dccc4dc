"""Pages of providers: `files` shows, makes and edits a provider's file, `rosters` takes whole rosters over."""

from credentialing.providers.views import files, rosters
from credentialing.providers.views.blueprint import bp

__all__ = ["bp", "files", "rosters"]
