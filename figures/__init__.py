"""The figures of the documents, drawn anew: one file per figure, its numbers beside it."""
