"""Siting (选址接入): what a parcel with a load can be connected to, by which route, under which procedure.

Sites and their loads -> offers of the grid -> routes -> decisions -> options, ranked -> a class. One parcel
(``assess``) and a whole city (``screen``) go the same way, so that they agree by construction.
"""
