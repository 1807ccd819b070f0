"""Finding goods: searches, categories, links, pictures of an album, freight estimates."""
