"""Speed and memory, run by hand on an idle machine; never timed tests."""
