"""Official papers: plain frozen values in, bytes out. DOCX for what clerks edit, PDF/A for what is printed as it is."""
