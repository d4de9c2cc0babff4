"""What stands over the view at hand until it is answered: a question, a value, a file, a text."""
