"""What can be done with competitions; the only writers. One file a step: setting up, entering, starting, results,
judging, ranking, publicity, awards."""
