"""People mark a sample of rows: drawn by stratum, shown on a local page, reported with intervals and agreement."""
