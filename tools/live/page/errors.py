"""How a page tells an error: the sentence first, the trace folded."""

import asyncio
import html
import traceback

import limits

STOPPED = "Stopped{}, as you asked. What was computed before is kept."


def line(error: BaseException) -> int | None:
    """The line of the reader's code at which it went wrong."""
    if isinstance(error, SyntaxError):
        return error.lineno
    found = None
    for frame, number in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_filename.startswith("<ipython-input"):
            found = number
    return found


def sentence(error: BaseException) -> str:
    """What happened, in a line."""
    place = f"line {number}" if (number := line(error)) else ""
    if isinstance(error, KeyboardInterrupt | asyncio.CancelledError):
        return STOPPED.format(place and f" in {place}")
    if said := limits.words(error):
        return f"On a live page{place and f', {place}'}: {said}"
    message = error.msg if isinstance(error, SyntaxError) else str(error)
    name = type(error).__name__
    said = f"{name}: {message}" if message else name
    return f"{said} ({place})" if place else said


def told(error: BaseException, trace: str) -> dict[str, str]:
    """An error as an output; a limit of the page needs no trace."""
    said = sentence(error)
    shown = f"<p>{html.escape(said)}</p>"
    if trace and not limits.limit(error):
        shown += (
            "<details><summary>Traceback</summary>"
            f"<pre>{html.escape(trace)}</pre></details>"
        )
    return {
        "text/html": f'<div class="live-error">{shown}</div>',
        "text/plain": said,
    }
