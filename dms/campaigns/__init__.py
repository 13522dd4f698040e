"""Campaign files: rules as data, revisioned; nothing of a plan stands in code (P01-P25)."""
