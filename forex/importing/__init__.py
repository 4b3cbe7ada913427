"""Files as people have them, brought into a store: spreadsheets and delimited text, whatever their dates, decimals and extra lines.

Takes a file and what its owner says about it; gives what was understood, row by row, and writes it as a store keeps it. What can
be read in only one way is read; what could mean two things is refused, naming the option that says which. Only commands use it.
"""
