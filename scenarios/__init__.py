"""What happens: the scenario schema, the library, and the demand drawn from it."""
