"""Sums that a worker asks for, as pure functions of what they typed and the figures of the day."""
