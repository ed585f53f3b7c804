-- By which words can the assets of an edition be found?
select asset_id, name, substation from disclosure.published where edition_id = %(edition)s order by asset_id
