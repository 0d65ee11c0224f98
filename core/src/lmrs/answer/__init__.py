"""The answering room: a recipe run to the end, and the pipeline that it leaves."""
