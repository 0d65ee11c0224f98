"""What is to be learnt."""
