"""The templates of the committee's papers, in Typst."""
