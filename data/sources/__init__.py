"""The data sets: each file registers the domains of its sources, and is found by lying here."""
