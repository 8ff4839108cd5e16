"""Where a command line becomes a call, and an error becomes one sentence and an exit code."""

import os
import sys
import traceback
from collections.abc import Callable, Sequence
from types import TracebackType

from typer.exceptions import Abort, TyperException

from heliograph.cli.exits import Exit
from heliograph.errors import HeliographError, SourceError, UserError

Command = Callable[[Sequence[str]], object]


def run(command: Command, arguments: Sequence[str]) -> int:
    """Run a command line; what goes wrong is said in one sentence on stderr. Returns the exit code."""
    try:
        code = command(arguments)
        sys.stdout.flush()
    except (KeyboardInterrupt, Abort):
        return complain("Stopped.", Exit.INTERRUPTED)
    except TyperException as fault:
        return complain(usage(fault), Exit.WRONG_USE)
    except UserError as fault:
        show_picture(fault)
        return complain(str(fault), Exit.WRONG_USE)
    except SourceError as fault:
        return complain(str(fault), Exit.SOURCE_DOWN)
    except HeliographError as fault:
        return complain(str(fault), Exit.OUR_FAULT)
    except BrokenPipeError:
        return hang_up()
    except OSError as fault:
        return complain(system_sentence(fault), Exit.OUR_FAULT)
    return code if isinstance(code, int) else Exit.FINE


def complain(sentence: str, code: Exit) -> int:
    """Print the sentence on stderr and give back the code."""
    print(sentence, file=sys.stderr)
    return code


def show_picture(fault: UserError) -> None:
    """Show an expression with a caret below what is wrong in it, where the error can."""
    caret = getattr(fault, "caret", None)
    if caret is not None:
        print(caret(), file=sys.stderr)


def usage(fault: TyperException) -> str:
    """What is wrong with the command line, and which help to read."""
    sentence = fault.format_message().strip().replace("Value error, ", "")
    sentence = sentence if sentence.endswith("?") else f"{sentence.rstrip('.')}."
    context = getattr(fault, "ctx", None)
    return f"{sentence} See `{context.command_path} --help`." if context else sentence


def system_sentence(fault: OSError) -> str:
    """A refusal of the operating system with the file that it concerns."""
    where = fault.filename or "The output could not be written"
    return f"{where}: {fault.strerror or fault}."


def hang_up() -> int:
    """The reader of our output has gone, as `head` does: nothing is wrong and nobody listens."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return Exit.FINE


def report_fault(kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
    """The last word on an error that nobody foresaw: one sentence, with the traceback only on request."""
    if os.environ.get("HELIOGRAPH_TRACEBACK"):
        traceback.print_exception(kind, fault, trace)
        return
    print(
        f"Heliograph is at fault ({kind.__name__}: {' '.join(str(fault).split())}); "
        "run it again with HELIOGRAPH_TRACEBACK=1 to see where, and report it.",
        file=sys.stderr,
    )
