"""reports/forecast.xlsx: the forecast, the ladder, history and scores for those who work in a spreadsheet.

It takes the reports and gives the file's bytes; numbers and dates are the reports' own, texts are never formulas.
"""
