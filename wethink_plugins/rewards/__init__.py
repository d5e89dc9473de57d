"""The hybrid reward: rules where an answer can be checked, a judge where it can't, and the format."""
