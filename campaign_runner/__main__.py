"""`python -m campaign_runner` is the same as `campaign-runner`."""

from campaign_runner.entrypoints.cli import main

if __name__ == "__main__":
    main()
