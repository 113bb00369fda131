"""Several processes that train one run together, as TF_CONFIG in the environment describes them."""

import json
import os
from typing import NamedTuple

from framework.errors import UserError

EXIT_RETRY = 75                              # exit status: EX_TEMPFAIL of sysexits.h
JOBS = ("chief", "worker")


class Interrupted(Exception):
    """Another process of the cluster is gone: one clear line, exit status AGAIN. Started again,
    all go on from the newest checkpoint."""


class WorkerInfo(NamedTuple):
    """Which of `workers` processes this one is. The first is the chief, which alone writes."""

    workers: int = 1
    index: int = 0

    @property
    def chief(self) -> bool:
        return self.index == 0


def worker() -> WorkerInfo:
    """This process's place by TF_CONFIG, {"cluster": {"worker": ["host:port", ...]}, "task":
    {"type": "worker", "index": 0}}; the only one without. Raises UserError for anything else.
    """
    text = os.environ.get("TF_CONFIG", "")
    if not text:
        return WorkerInfo()
    try:
        described = json.loads(text)
        jobs, task = described.get("cluster", {}), described.get("task", {})
        addresses = [(job, i) for job in JOBS for i in range(len(jobs.get(job, ())))]
        return WorkerInfo(len(addresses), addresses.index((task["type"], int(task["index"]))))
    except (ValueError, AttributeError, KeyError, TypeError):
        raise UserError(
            'TF_CONFIG must say in JSON who the workers are and which this is, such as {"cluster": '
            '{"worker": ["a:2222", "b:2222"]}, "task": {"type": "worker", "index": 0}}; here it is '
            f"{text[:200]}") from None
