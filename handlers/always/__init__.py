"""What works at any step: help, language, news, privacy, what groups and channels get."""
