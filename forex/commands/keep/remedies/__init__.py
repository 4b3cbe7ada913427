"""What `forex doctor` looks at, one module a subject: each gives what it found wrong, and how it is mended or who has to."""
