"""Who the customers are: names, contacts, traits, tags and the views people keep of them. It knows no score."""
