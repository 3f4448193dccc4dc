"""Signed calls to other people's systems, as Standard Webhooks describes them (standardwebhooks.com).

`new_secret` makes what both sides know, `call` sends one message behind the address guard and says what came of it in plain words.
"""

from integrations.webhooks.calling import CallResult, Message, call, new_secret, signed_headers

__all__ = ["CallResult", "Message", "call", "new_secret", "signed_headers"]
