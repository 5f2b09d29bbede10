"""The demo: a little newswire, and sinks that receive what the monitor sends.  Ships no policy."""
