"""The command line: one file a command, each parsing what was typed and calling one function of the library."""
