"""`make trade`: measure the correction at every rate and write the report."""

from studies.online_correction.trade import main

if __name__ == "__main__":
    main()
