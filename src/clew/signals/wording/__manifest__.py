{
    "name": "wording",
    "version": 1,
    "kinds": ("wording",),
    "about": "Phrases of published signs for and against control, in seven languages; the value is the sign's name.",
    "never_for": "Judging a person, or reading age, looks, origin or language skill as a sign.",
    "needs": (),
}
