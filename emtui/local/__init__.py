"""What is of this computer: where files are, profiles, the keyring, the time zone.

`paths` the folders · `profiles` reading the configuration, `writing` changing it ·
`connection` what options, environment and profile say together · `credentials` the
keyring, asked through `keyring_child` · `zone` local time · `terminal` what kind it is.
"""
