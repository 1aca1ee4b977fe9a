"""From the model to files: cpp/, python/ and docs/."""
