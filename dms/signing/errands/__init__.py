"""What is sent out to be signed by a program of the signer's own, and comes back signed."""
