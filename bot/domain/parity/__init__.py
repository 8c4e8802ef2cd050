"""Whether the renderings of one entry say the same: values read out of three languages, and compared."""
