"""Completeness: what a dossier has, lacks and has not proven, as a pure function of rules and facts."""
