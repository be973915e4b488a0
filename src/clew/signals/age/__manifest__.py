{
    "name": "age",
    "version": 1,
    "kinds": ("age",),
    "about": "The age that a text states of a person, in figures or in words: 24 yo, age 24, 24 años, twenty-four years old. The value is whole years.",
    "never_for": "A reason for or against suspicion of an adult, or telling how old a person is: it is what a text says.",
    "needs": (),
}
