"""How well responses on disk do, by our own graders, and how far that is certain; and the benchmarks of the paper."""
