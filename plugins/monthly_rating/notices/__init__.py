"""The written assignment notice: its words, its issue, its amendments."""
