"""Pages of packets: `packet` the list and one packet with its fixes and versions, `forms` the forms and the editor of a map,
`signing` the provider's way to read and sign on a phone.
"""

from credentialing.packets.views import forms, packet, signing
from credentialing.packets.views.blueprint import bp

__all__ = ["bp", "forms", "packet", "signing"]
