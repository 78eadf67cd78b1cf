"""Ahead of the asking: when somebody is to be reminded of what. Pure: days and moments come in as arguments."""
