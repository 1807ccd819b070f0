"""Groups and channels: goods shown where somebody asks for them, ordered in the private chat."""
