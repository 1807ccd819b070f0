"""The world around a measured bot: a fast Bot API with people behind it, and a marketplace."""
