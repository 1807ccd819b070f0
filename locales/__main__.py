"""`python -m locales`: compile every catalog that changed since it was compiled."""

from locales import catalog_of, languages

if __name__ == "__main__":
    for language in languages():
        catalog_of(language)
