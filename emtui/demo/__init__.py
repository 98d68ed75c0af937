"""A simulated Enterprise Manager: everything here is made up, and always the same for the same seed.

`play` the switches and options (light: the command line reads them before anything is loaded),
`world` what happened (seed and clock -> sessions and events), `documents` how it is written,
`app` who may ask for it, `faults` what goes wrong on the way, `serve` the HTTPS listener.
"""
