"""Can this plan succeed, what will it cost, was it meant?  Judged before the first order is placed, on plain values.

What must be asked for is asked by `app`, at the edge; here it is only judged: rewards against the catalogue, money
against the account, and whatever looks unusual.
"""
