"""Pages of providers: `files` shows, makes and edits a provider's file, `sections` fills it section by section, `mine` is the
provider's own way through it on a phone, `rosters` takes whole rosters over.
"""

from credentialing.providers.views import files, mine, rosters, sections
from credentialing.providers.views.blueprint import bp

__all__ = ["bp", "files", "mine", "rosters", "sections"]
