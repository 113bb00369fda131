"""What every command needs and no paper invented: options, run folders, plots, devices."""
