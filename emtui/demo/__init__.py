"""A simulated Enterprise Manager: all data is made up, and always the same for the same seed.

`demo_options`, `fault_catalog` options and simulated faults; light, the command line reads them first.
`world` sessions and events as a function of seed and clock. `documents` the documents of the API.
`asgi_app` the HTTP application, `fault_injection` the faults, `serve` the HTTPS listener.
"""
