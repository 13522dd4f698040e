"""Certified copies (sao y) of signed papers, with a number and the body's own signature."""
