"""What every room may use: errors, money, days, text. It knows nothing of the rest."""
