"""Index scores of units by year: imported with the paper that approved them, kept with their history."""
