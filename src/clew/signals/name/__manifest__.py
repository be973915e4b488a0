{
    "name": "name",
    "version": 1,
    "kinds": ("name",),
    "about": "Working names, by a list of first names and by words such as my name is. Off unless asked for; the value is a pseudonym (keyed hash), the name itself stays in the text.",
    "never_for": "Finding out who somebody is, or guessing origin or gender from a name.",
    "needs": (),
}
