"""A run's items on the workers of a Ray cluster, its decisions in one process.

The driver is the engine of one process: it owns the ledger, the rounds, the steering and the budget, and starts items in
order. Workers run the stages and ask the models. The turnstile lets their calls through, so that limits hold over the
whole cluster. The call store has an actor of its own (`endpoints.ray_store`). See docs/synthesis-ray.md.
"""
