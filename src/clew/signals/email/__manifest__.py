{
    "name": "email",
    "version": 1,
    "kinds": ("email",),
    "about": "E-mail addresses, plain or spelled out, as in name (at) mail dot com. The value is the address in lower case.",
    "never_for": "Writing to the person behind an address, or looking it up in leaked data.",
    "needs": (),
}
