"""How often Python looks for garbage while tests run."""

import gc

# Imports, nets and graphs are many objects that stay: looking through them again and again would
# take one second of twenty. Those that stand before the first test are never looked at.
gc.set_threshold(50_000, 20, 20)


def pytest_collection_finish():
    gc.freeze()
