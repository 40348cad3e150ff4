"""The only folder that knows a language model."""
