{
    "name": "price",
    "version": 1,
    "kinds": ("price",),
    "about": "Amounts of money, with what they are for: 120 EUR, 120 EUR/h, 80 EUR/30min. Roses stay roses; an unclear sign stays a sign.",
    "never_for": "Judging a person by what is charged or paid.",
    "needs": (),
}
