"""The parts of the generated data set."""
