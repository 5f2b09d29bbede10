"""Which items tell the same event, which texts are copies, and who reported it first-hand.

Decides only; the candidates come from `grouping`.
"""
