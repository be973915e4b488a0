{
    "name": "place",
    "version": 1,
    "kinds": ("place",),
    "about": "Names of cities of more than 15,000 inhabitants, in several languages. The value is Name, CC (GeoNames name and country).",
    "never_for": "Locating a person. A named city is where a text says something is, not where anyone lives.",
    "needs": ("places.tsv.gz",),
}
