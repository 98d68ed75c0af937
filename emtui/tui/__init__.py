"""The screens: they wire keys, the client and what is shown; nothing here thinks about sessions.

`app` the application and its start · `commands` the one table of keys · `theme`
colours · `outcomes` how an outcome looks · `columns` how a session becomes a row · `screens` one module
each · `widgets` lists and lines drawn by the line · `paper` what the terminal shows
already, and is not sent again · `ink` what it can show at all · `background` whether
it is light.
"""
