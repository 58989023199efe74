"""How fast the site is, as ratios that any machine gives: `make bench`."""
