"""What the embedded stack says to a person when it cannot go on."""

from __future__ import annotations


class StackError(Exception):
    """The embedded stack cannot go on. The text is one line: what is wrong and what to do about it."""

    def __init__(self, text: str) -> None:
        # what a library said is often spread over several lines
        super().__init__(" ".join(text.split()))


def say(text: str) -> None:
    """Prints one line of progress at once, also when the output goes to a file."""
    print(f"onpanel: {text}", flush=True)
