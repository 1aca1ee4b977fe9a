"""Text to syntax: the description language (xdr.lark) and the hints."""
