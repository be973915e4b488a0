{
    "name": "place",
    "version": 2,
    "kinds": ("place", "area"),
    "about": "Names of cities of more than 15,000 inhabitants, in several languages and scripts, by their common short names too: Name, CC (GeoNames name and country). Countries and some states are kind area: FR, US-TX.",
    "never_for": "Locating a person. A named city is where a text says something is, not where anyone lives.",
    "needs": ("places.tsv.gz",),
}
