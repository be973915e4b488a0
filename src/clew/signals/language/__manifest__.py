{
    "name": "language",
    "version": 2,
    "kinds": ("language", "language_span"),
    "about": "The language most of a text is written in, as a BCP 47 tag, and passages in a second one (language_span). A text too short to tell gives nothing.",
    "never_for": "Guessing where a person comes from, or counting as a reason for suspicion.",
    "needs": ("pycld2",),
}
