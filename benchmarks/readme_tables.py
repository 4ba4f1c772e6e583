def ablation_table(t): return [str(r['name'])+' '+str(r['percent'])+str(r['least_overlap'])+str(r['pictures']) for r in t['rows']]
