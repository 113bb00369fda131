"""The tables of the documents, made again."""
