// Replaced when these tests land.
