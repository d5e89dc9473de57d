"""Questions, answers and reasoning made from images: the paper's pipeline, resumable and audited.

describe -> refine by dialogue -> ask under ability constraints -> filter -> answer twice -> agree or arbitrate -> refine
the chain of thought -> classify. `stages/` are the steps, `pipeline` puts them in order, `engine` runs them over images in
rounds, `ledger` keeps what came out. Needs the extra `judge` (the client of the models).
"""
