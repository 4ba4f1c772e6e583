"""The learned codec: one small network for every rate, with an entropy path in exact integers.

::

    x -> Analysis -> y * gain[q] ---------------------------> round(y - mean) -> rANS
                          |                                        ^
                          v                                        | mean, scale index
                   HyperAnalysis -> z -> rANS; HyperSynthesis -> Context, four steps
    x^ <- Synthesis <- y^ * inverse gain[q]

Everything here needs torch, so nothing is imported by the package itself. `docs/learned.md` says why it is
built as it is.
"""
