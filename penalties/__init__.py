"""Terms that need a critic's gradient or what several generators made of one z."""
