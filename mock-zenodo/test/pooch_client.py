"""Downloads a published file through pooch, unchanged: by the DOI that the record has, and by the file's URL."""
import sys

import pooch

doi, record, key, checksum, folder = sys.argv[1:]
path = pooch.retrieve(
    url=f"doi:{doi}/{key}", known_hash=f"md5:{checksum}", path=folder, fname="by-doi", progressbar=False
)
print(open(path).read(), end="")
plain = pooch.retrieve(
    url=f"https://zenodo.org/api/records/{record}/files/{key}/content",
    known_hash=f"md5:{checksum}",
    path=folder,
    fname="by-url",
)
print(open(plain).read(), end="")
