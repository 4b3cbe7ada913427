"""Commands that bring the forecast to people: mails, made from the last run's reports and sent where they are due.

`material` takes what the run wrote and gives what a mail may say; `forex.mail` writes it and carries it.
"""
