"""Pure functions of critic outputs, kernels or features; nothing here knows a trainer."""
