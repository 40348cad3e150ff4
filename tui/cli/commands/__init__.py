"""Commands of the command line: one module a noun, each with `register(app)`; none imports a tool at its top."""
