"""Runs a command until standard input closes: `python -m heliograph.kit.tether SIGNAL COMMAND ...`."""

import os
import signal
import subprocess
import sys
import threading


def main() -> int:
    """Run the command to its end, or until the parent's end of the pipe is gone."""
    last_word, *command = sys.argv[1:]
    passed_on: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, lambda received, _frame: passed_on.append(received))
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, lambda received, _frame: child.send_signal(received))
    # Those that came before there was a child to pass them to.
    for received in passed_on:
        child.send_signal(received)
    threading.Thread(target=_end_with_input, args=(child, int(last_word)), daemon=True).start()
    return child.wait()


def _end_with_input(child: "subprocess.Popen[bytes]", last_word: int) -> None:
    while os.read(0, 4096):
        continue
    child.send_signal(last_word)


if __name__ == "__main__":
    sys.exit(main())
