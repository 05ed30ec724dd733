// Replaced when this tool lands.
