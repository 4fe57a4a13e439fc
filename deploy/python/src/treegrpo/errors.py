"""How a user's mistake is told."""


class UserError(Exception):
    """The message names the option or file, what is wrong, and what to do; no trace is printed."""
