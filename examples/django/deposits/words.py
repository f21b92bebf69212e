"""The names of the service's fields, as the forms of this site call them."""

FIELDS = {
    "title": "The title",
    "description": "The description",
    "license": "The licence",
    "rights": "The licence",
    "creators": "The author",
    "contributors": "The author",
    "files": "The files",
    "upload_type": "The kind of entry",
    "publication_date": "The date of publication",
    "state": "The entry at Zenodo",
}


def in_words(faults):
    """A sentence for each of `[{field, message}]`."""
    return [f"{name_of(fault['field'])}: {fault['message'].rstrip('.')}." for fault in faults]


def sentence(warning):
    """The same for a warning, which begins with the field that it is about."""
    field, colon, message = warning.partition(": ")
    return f"{name_of(field)}: {message}" if colon else warning


def name_of(field):
    for part in field.split("."):
        if part in FIELDS:
            return FIELDS[part]
    return field
