"""The domain of award dossiers.

Nothing here knows HTTP, forms, browser sessions or an object-store client. The layers, each importing only from
those below it, stand in ``pyproject.toml`` under import-linter: handlers, archive, awards, appraisal, dossiers,
completeness, signing, campaigns | documents | papers, people, audit | outbox, policy, errors | db | clock | text.
"""
