"""The demo: real photographs as libjpeg-turbo and Beholder files of the same score, as a table and a page.

::

    photographs.py -> comparison.py -> table.py   (terminal)
                                    -> page.py    (page.html filled in: one file, no network)
"""
