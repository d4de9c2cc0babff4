"""Putting somebody in charge: where, of what, whom; what is proposed; handing over."""
