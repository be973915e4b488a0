{
    "name": "language",
    "version": 1,
    "kinds": ("language",),
    "about": "The language most of a text is written in, as a BCP 47 tag. A text too short to tell gives nothing.",
    "never_for": "Guessing where a person comes from, or counting as a reason for suspicion.",
    "needs": ("pycld2",),
}
