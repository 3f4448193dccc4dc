"""The verbs of a provider's file: `files` makes and changes it, `registry` compares it with NPPES, `rosters` reads whole rosters."""

from credentialing.providers.services.files import (
    NewProvider,
    ProviderExists,
    change_provider,
    create_provider,
    get_provider,
    list_providers,
    provider_names,
    reveal,
    sealed_shown,
    set_panel_lookup,
)
from credentialing.providers.services.registry import (
    differences_of,
    keep_ours,
    recheck_registry,
    store_registry_answer,
    take_theirs,
)
from credentialing.providers.services.rosters import (
    apply_import,
    discard_import,
    get_import,
    latest_imports,
    start_import,
)

__all__ = [
    "NewProvider",
    "ProviderExists",
    "apply_import",
    "change_provider",
    "create_provider",
    "differences_of",
    "discard_import",
    "get_import",
    "get_provider",
    "keep_ours",
    "latest_imports",
    "list_providers",
    "provider_names",
    "recheck_registry",
    "reveal",
    "sealed_shown",
    "set_panel_lookup",
    "start_import",
    "store_registry_answer",
    "take_theirs",
]
