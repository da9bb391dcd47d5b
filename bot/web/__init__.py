"""What the browser sees: the chat page and its stream. Decides nothing, writes nothing to the database."""
