"""Every option once, the presets, the checks and the folder of a run."""
