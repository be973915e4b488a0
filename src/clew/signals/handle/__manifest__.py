{
    "name": "handle",
    "version": 1,
    "kinds": ("handle",),
    "about": "Account names on platforms: @name, telegram: name, wa.me/NUMBER. The value is platform:name, unknown:name for a bare @name.",
    "never_for": "Contacting, following or reporting an account.",
    "needs": (),
}
