"""What a worker can do beyond asking: one module per desk, each pure from (scene, action or text) to a turn."""
