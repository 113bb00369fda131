"""The iterations; nothing here parses, plots or downloads."""
