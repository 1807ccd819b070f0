"""The numbered sheet of pictures above a page of results and above its panels."""

from bot.chat.screens import ContactSheet, View
from bot.services.finding.search import HITS_PER_PAGE


def first_number(page: int) -> int:
    """Return the number of a page's first hit."""
    return (page - 1) * HITS_PER_PAGE + 1


def sheet(view: View) -> ContactSheet | None:
    """Return the pictures of the page that was found, None where nothing was.

    A panel has the page's own sheet, so that it opens and closes in place.
    """
    query, results = view.session.query, view.results
    if query is None or query.pending or results is None or not results.hits:
        return None
    pictures = tuple(hit.picture_url for hit in results.hits)
    return ContactSheet(pictures, first_number(query.page))
