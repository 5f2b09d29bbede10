"""`python -m monitor.cli`, as good as `wirewatch`."""

from monitor.cli import main

if __name__ == "__main__":
    main(prog_name="wirewatch")
