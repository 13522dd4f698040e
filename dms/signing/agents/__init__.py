"""Keys on the signers' own tokens: signed requests to the program on their computers, and what comes back from it."""
