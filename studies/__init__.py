"""What was measured once and can be measured again: each study has a make target and a page in reports/."""
