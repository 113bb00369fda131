"""What a run says of itself: its page `report.html`, and its objective in formulas."""
