"""On this computer: configuration, passwords, saved state, and the programs that emtui starts.

`paths` folders. `configuration`, `profiles` read config.toml, `config_writer` changes it.
`connection` merges options, environment and profile. `credentials` the keyring, through the process of
`keyring_worker`. `lockout_guard` keeps rejected passwords from being sent again.
`acknowledgement_store`, `team_notes`, `last_viewed`, `query_history` saved state. `timezones` time zones.
"""
