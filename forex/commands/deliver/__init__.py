"""Commands that bring the forecast to people: mails, made from the last run's reports and sent where they are due.

`material` gathers what a mail may say from what the run wrote; `forex.mail` writes the message and delivers it.
"""
