"""What rules look at and how they write: the parts of a project that several rules read alike. No rule stands here."""
