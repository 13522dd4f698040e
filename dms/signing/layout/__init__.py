"""Where the fields of a paper stand, when a person has put them there."""
