"""The cover: the first page of the site, where a network learns a digit."""
