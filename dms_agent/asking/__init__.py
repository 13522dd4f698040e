"""Three ways to show what is to be signed and to take the PIN: a window, the terminal, a page of this computer."""
