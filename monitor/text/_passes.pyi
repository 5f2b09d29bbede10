from monitor.text.passes import passes as passes
