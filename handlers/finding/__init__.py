"""Ways to goods: photos, words and links, filters, navigation, categories, a shop."""
