"""What a run will cost, from a sample of its images: `usage` what each image used, `interval` the statistics, `projection` the whole."""
