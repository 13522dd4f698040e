"""The chain in which acts on the service as a whole are recorded: sweeping, repairing, trying events again."""

from uuid import UUID

from dms.audit import Trail

TRAIL = Trail("upkeep", UUID(int=0))
