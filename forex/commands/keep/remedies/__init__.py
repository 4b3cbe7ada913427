"""What `forex doctor` looks at, one module per subject: each returns what is wrong, and how it is mended or by whom."""
