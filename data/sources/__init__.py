"""The data sets. Each file here registers the domains of its sources; no list names the files."""
