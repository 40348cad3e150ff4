"""Files that somebody named: opened with suspicion, unpacked with a limit, and refused in words where they are damaged.

Nothing else of hitscout opens a file of a user's: what its kind is, whether it is a file at all, and what a library
makes of a damaged one is decided here, so that each caller sees a value or a `RefusedFileError`.
"""
