"""A function called in a process of its own, whose memory is that of the call alone."""

from collections.abc import Callable
from multiprocessing import get_context
from typing import Any

from framework.errors import UserError


def run_apart(what: str, function: Callable[..., Any], *arguments: Any) -> Any:
    """Calls `function`, of a module, in a new process and returns its result.

    The process ends with the call, and where this one is stopped. what: the process in messages,
    such as "drawing by swap". Raises the UserError of the function, and one where the process ends
    without a result, as for lack of memory; Python's message of it stands on standard error then.
    """
    context = get_context("spawn")
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(target=_answer, args=(sending, function, arguments), daemon=True)
    process.start()
    sending.close()
    try:
        result, error = receiving.recv()
    except EOFError:
        process.join()
        raise UserError(f"{what} ended with status {process.exitcode}"
                        f"{'; is there enough memory?' * (process.exitcode == -9)}") from None
    finally:
        process.terminate()
        process.join()
        receiving.close()
    if error:
        raise UserError(error)
    return result


def _answer(sending, function, arguments) -> None:
    try:
        sending.send((function(*arguments), ""))
    except UserError as error:
        sending.send((None, str(error)))
