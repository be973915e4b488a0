{
    "name": "price",
    "version": 2,
    "kinds": ("price",),
    "about": "Amounts of money and ranges, with what they are for: 120 EUR, 100-150 EUR/h, 80 EUR/30min. Roses and kisses stay what they are; a rate that names no currency has the code ISO 4217 keeps for that.",
    "never_for": "Judging a person by what is charged or paid.",
    "needs": (),
}
