def ablation_table(t): return [str(r['name'])+' '+str(r['percent'])+str(r['least_overlap'])+str(r['pictures']) for r in t['rows']]
def memory_table(t): return ['x']
def targets_table(t): return [str(r) for r in t['rows']]+[str(t['subsampling_auto'])]
