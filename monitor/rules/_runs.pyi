from monitor.rules.runs import Runs as Runs
