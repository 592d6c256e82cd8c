"""The pages' parts: the shell, components, figures and charts. It imports Django and kit, and knows no other app."""
