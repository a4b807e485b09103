"""What can be typed: the commands with their options and help.

What a command does is in the module of the same name above, which is imported once it is called: help is shown sooner.
"""
