"""Files as people have them, brought into a store: spreadsheets and delimited text with whatever dates, decimals and lines around.

Takes a file and what its owner says about it; gives what was understood, row by row, and writes it as a store keeps it. What can
be read in one way only is read; what could mean two things is refused with the option that says which. Only commands use it.
"""
