-- Which edition is the newest?
select id, sha256, rows from disclosure.editions order by number desc limit 1
