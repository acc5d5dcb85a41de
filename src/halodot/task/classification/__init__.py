"""Classification: weights in crossbars, written once or learned on the array."""
