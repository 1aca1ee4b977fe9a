"""What a description means: types, constants, programs."""
