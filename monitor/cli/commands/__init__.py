"""The commands as they are typed.  Each does no more than call on what does the work."""
