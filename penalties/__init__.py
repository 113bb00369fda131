"""Terms that need a critic's gradient, or the outputs of several generators for one z."""
