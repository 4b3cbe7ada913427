"""How things are said and shown to people: languages with their catalogues, numbers and dates, names, the look of every page.

It takes sentences, values and names of the code, and gives text in Spanish (Chile) or English; nothing here knows what is forecast.
"""
