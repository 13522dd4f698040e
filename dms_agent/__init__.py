"""The program on the signer's own computer: shows what is to be signed, asks the token, gives back the signature alone.

It stands by itself: it imports nothing of the service (``dms``, ``blueprints``, ``storage``), and they nothing of it.
"""
