"""Questions asked one after the other: what each form asks, and the one way they are all walked."""
