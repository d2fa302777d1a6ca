"""Who did what to what, when: appended only, each row sealed over the one before.

Rows hold keys and hashes, never text, names or contacts, so that erasing a person
never breaks the chain. No foreign keys leave this package.
"""
