"""The places of the program: Textual calls them screens, this house calls them views.

What views are made of stands here (`base`, `sifted`, `working`), with the places that stand alone;
a task of several views has its folder. `dialog` holds what is asked over the view at hand.
"""
