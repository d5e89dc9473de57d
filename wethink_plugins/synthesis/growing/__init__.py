"""A set that is there already and grows: its rows, how diverse it was and became."""
