"""Other ways to do the same work, done honestly, to compare a desk with."""
