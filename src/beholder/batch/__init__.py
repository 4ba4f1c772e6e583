"""Many files at once: which there are, what each becomes, worker processes, and writing results.

::

    inputs --find_files--> FoundFiles --make_plan--> Plan --run_plan--> outcomes --record_of--> records
                                                              |  ^
                                         worker processes: run_task, through beholder.codecs

Nothing here reads flags or prints.
"""
