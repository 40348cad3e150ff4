"""The blind judge: a language model that grades candidates, and the question that it compiles."""
