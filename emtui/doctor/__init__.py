"""What is right and wrong between here and the server, one check after another.

`check` what a check says · `here` this computer: files, keyrings, terminal, versions ·
`there` the way to the server, its certificate, clock, rights · `report` the shape of its
answers, without any value, by `shape` and `questions`.
"""
