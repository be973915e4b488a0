{
    "name": "wording",
    "version": 2,
    "kinds": ("wording",),
    "about": "Phrases of the register of signs, for and against control, that are not denied where they stand; the value is the sign's name.",
    "never_for": "Judging a person, or reading age, looks, origin or language skill as a sign.",
    "needs": (),
}
