"""The places of the program: Textual calls them screens, this house calls them views.

What views are made of stands here (`base`, `rows`, `sifted`, `working`), and so do the places that
stand alone; a task of several views has its folder. `dialog` holds what is asked over the view at
hand.
"""
