"""One page about runs: curves, deltas, costs and pictures at matched rates, in a file that needs no network.

::

    Run --run_data--> means, bands, deltas of every anchor asked for --\
    Run --gallery--> pictures at matched rates, heat maps, objects -----> page --> report.html
    Run --dials--> scores of a codec by its observer at that rate -----/
                                                 means and deltas --> figures --> PNG, CSV
"""
