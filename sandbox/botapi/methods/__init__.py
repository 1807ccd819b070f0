"""The Bot API's methods, a file for each family of them."""
