"""What runs inside the sandbox: only here are parsers of untrusted files imported, and nothing imports from here."""
