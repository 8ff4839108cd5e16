"""Formulas for M/M/c, that simulations are checked against.

Gross, Shortle, Thompson and Harris, Fundamentals of Queueing Theory (4th edition), section 2.3.
"""


def erlang_c(workers: int, load: float) -> float:
    """The probability that work has to wait: `load` is arrivals a second times mean service, below `workers`.

    From Erlang's B by its recursion, which stays within floating point: B(0) = 1,
    B(k) = a B(k-1) / (k + a B(k-1)), C = B / (1 - rho (1 - B)).
    """
    if load >= workers:
        return 1.0
    blocked = 1.0
    for count in range(1, workers + 1):
        blocked = load * blocked / (count + load * blocked)
    return blocked / (1 - load / workers * (1 - blocked))


def mean_wait_s(workers: int, *, rate: float, mean_s: float) -> float:
    """Mean seconds before service begins: C / (c mu - lambda); infinite where the load is too much."""
    load = rate * mean_s
    if load >= workers:
        return float("inf")
    return erlang_c(workers, load) * mean_s / (workers - load)
