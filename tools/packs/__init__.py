"""Public data sets: one TOML file each, with files, checksums and terms, and how they come into the store."""
