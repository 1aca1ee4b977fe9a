"""The generator: grammar -> model -> passes -> emitters, in that order, one folder each."""
