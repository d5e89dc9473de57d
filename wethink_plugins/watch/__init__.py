"""What a training run shows of itself while it runs, and signs of what is going wrong, each with its likely cause."""
