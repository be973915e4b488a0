"""How the vault's tables came to be, step by step. Run by `store.database`, on SQLCipher and PostgreSQL alike."""
