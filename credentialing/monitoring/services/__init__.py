"""The verbs of the watch.

`watching` keeps the list in step with its sources (`collecting`), `lapses` opens and closes lapses, `reminding` tells people,
`noting` is what they answer, `checks` asks for the monthly checks, `listing` reads, `feeds` hands out calendar addresses.
"""

from credentialing.monitoring.services.checks import ask_for_checks, check_states, list_checks
from credentialing.monitoring.services.lapses import get_lapse, list_lapses
from credentialing.monitoring.services.listing import WatchedLine, get_expirable, list_watched
from credentialing.monitoring.services.noting import history_of, resume, say_acted, snooze
from credentialing.monitoring.services.reminding import (
    address_of,
    is_time_to_remind,
    mark_mailed,
    open_reminders,
    remind,
    reminders_of,
)
from credentialing.monitoring.services.watching import is_refreshed_again, refresh_watch

__all__ = [
    "WatchedLine",
    "address_of",
    "ask_for_checks",
    "check_states",
    "get_expirable",
    "get_lapse",
    "history_of",
    "is_refreshed_again",
    "is_time_to_remind",
    "list_checks",
    "list_lapses",
    "list_watched",
    "mark_mailed",
    "open_reminders",
    "refresh_watch",
    "remind",
    "reminders_of",
    "resume",
    "say_acted",
    "snooze",
]
