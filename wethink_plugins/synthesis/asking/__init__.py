"""How a model is asked: the prompt, the picture, the place in the queue, the reply and what is wrong with it."""
