{
    "name": "phone",
    "version": 1,
    "kinds": ("phone",),
    "about": "Telephone numbers, plain or hidden among signs, in words, in other scripts or split over lines. The value is E.164.",
    "never_for": "Calling the number, or looking up who holds it, without legal authority.",
    "needs": ("phonenumbers",),
}
