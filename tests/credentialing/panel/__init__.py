"""The grid, the hold list and the answer to "may this be billed"."""
