"""What runs inside a guest; its parts import each other without the package, which init.py is not in."""
