"""How each kind of result looks, for the command line and the chat alike."""
