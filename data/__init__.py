"""Names to images in [-1, 1]; nothing here knows a net."""
