"""What takes long says every few seconds that it goes on.

`install.py` needs this on an old Python too.
"""

import sys
import threading
import time
from contextlib import contextmanager

EVERY = 10  # seconds


@contextmanager
def heard(done=lambda: ""):
    """While this lasts, a line now and then: the time, and what is `done`."""
    over, began = threading.Event(), time.time()

    def speak():
        while not over.wait(EVERY):
            seconds, said = time.time() - began, done()
            print(f"{seconds:5.0f} s  {said}".rstrip())
            sys.stdout.flush()

    speaker = threading.Thread(target=speak)
    speaker.daemon = True
    speaker.start()
    try:
        yield
    finally:
        over.set()
        speaker.join()
