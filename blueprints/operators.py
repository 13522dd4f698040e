"""Who acts when a command is run on the server."""

from uuid import UUID

from dms.policy import Actor, Role

# Whoever may run commands on the server could write to the database directly; the name tells so in the chain.
OPERATOR = Actor(person_id=None, name="command line", roles=frozenset({(Role.ADMINISTRATOR, UUID(int=0))}))
