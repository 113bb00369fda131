"""What libraries of images say stays from the terminal; what others say does not."""

import os
from concurrent.futures import ThreadPoolExecutor

from framework.overheard import overheard

LINES = (b"libpng warning: iCCP: too short\n", b"Corrupt JPEG data: premature end\n",
         b"TIFFReadDirectory: Warning, unknown field\n", b"[ERROR:0@1.392] global cap open\n")


def test_libraries_are_heard_and_do_not_reach_the_terminal(capfd):
    with overheard() as said:
        for line in LINES:
            os.write(2, line)
        assert said() == b"".join(LINES).decode()
    assert capfd.readouterr().err == ""


def test_what_others_write_reaches_the_terminal(capfd):
    with overheard() as said:
        os.write(2, b"\r 10 % of it" + LINES[0] + b"2026-01-01 12:00: W of TensorFlow\n")
        assert said() == LINES[0].decode()
    os.write(2, b"after")
    assert capfd.readouterr().err == "\r 10 % of it2026-01-01 12:00: W of TensorFlow\nafter"


def test_each_listener_hears_what_is_said_in_its_block_only(capfd):
    with overheard() as outer:
        os.write(2, LINES[0])
        with overheard() as inner:
            os.write(2, LINES[1])
            assert inner() == LINES[1].decode()
        assert outer() == (LINES[0] + LINES[1]).decode()
    assert capfd.readouterr().err == ""


def test_many_threads_leave_stderr_as_it_was(capfd):
    def listen(_):
        with overheard():
            os.write(2, LINES[0])
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(listen, range(200)))
    os.write(2, b"after")
    assert capfd.readouterr().err == "after"
