"""What was raised, as an execution keeps it."""

import traceback

_GAP = "\n... {} bytes left out ...\n"


def traceback_text(error: BaseException, limit: int) -> str:
    """The traceback, with causes, in at most so many bytes of UTF-8. Of a longer one the beginning
    is kept and, rather, the end, where the error itself stands."""
    return truncated("".join(traceback.format_exception(error)).rstrip("\n"), limit)


def truncated(text: str, limit: int) -> str:
    """The text with nothing in it that a server refuses, and what is over the limit cut out."""
    data = text.replace("\0", "\ufffd").encode("utf-8", "replace")
    if len(data) <= limit:
        return data.decode()
    # As long as it can be.
    room = limit - len(_GAP.format(len(data)))
    begin = data[: room // 4].decode("utf-8", "ignore")
    end = data[len(data) - (room - room // 4) :].decode("utf-8", "ignore")
    return begin + _GAP.format(len(data) - len(begin.encode()) - len(end.encode())) + end
