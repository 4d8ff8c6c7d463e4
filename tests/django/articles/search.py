"""What the client searches for."""

from rest_framework.exceptions import ParseError

MAX_CHARACTERS = 200


def text_of(request):
    """The trimmed `?search=`, empty where there is none."""
    text = request.query_params.get("search", "").strip()
    if "\0" in text:
        raise ParseError("Null characters are not allowed.")
    if len(text) > MAX_CHARACTERS:
        raise ParseError(
            f"search has {len(text)} characters: at most {MAX_CHARACTERS} are allowed."
        )
    return text
