"""The verbs of readings: `machine` stores what was read, `confirming` what a person says, `splitting` cuts files, `queue` lists."""

from credentialing.reading.services.confirming import Said, confirm_reading, read_again
from credentialing.reading.services.machine import (
    begin_reading,
    close_reading,
    finish_reading,
    give_up_reading,
    read_as,
    store_page,
)
from credentialing.reading.services.queue import (
    count_waiting,
    find_reading,
    get_reading,
    machine_report,
    next_to_confirm,
    page_picture,
    pages_of,
    parts_of,
    progress,
    readings_of,
    waiting,
)
from credentialing.reading.services.settings import change_setting, setting
from credentialing.reading.services.splitting import ask_split, record_parts

__all__ = [
    "Said",
    "ask_split",
    "begin_reading",
    "change_setting",
    "close_reading",
    "confirm_reading",
    "count_waiting",
    "find_reading",
    "finish_reading",
    "get_reading",
    "give_up_reading",
    "machine_report",
    "next_to_confirm",
    "page_picture",
    "pages_of",
    "parts_of",
    "progress",
    "read_again",
    "read_as",
    "readings_of",
    "record_parts",
    "setting",
    "store_page",
    "waiting",
]
