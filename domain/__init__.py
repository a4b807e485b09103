"""The rules of the desk, pure: standard library only, no clock, no ids, no I/O, no floats.

`domain/README.md` is the rule book in words; the numbers in docstrings ("R21") are its numbers.
"""
