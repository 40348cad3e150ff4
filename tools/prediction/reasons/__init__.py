"""Why a candidate stands where it does, each clause a fact that leads to a row of the store."""
