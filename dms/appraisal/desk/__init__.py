"""The appraiser's desk: own questions, remarks, who is looking, terms, the letter of a return, statistics."""
