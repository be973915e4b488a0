{
    "name": "url",
    "version": 1,
    "kinds": ("url", "domain"),
    "about": "Web addresses and bare domain names. The value is host and path without scheme, www, user and fragment; domain is what was registered, as in example.co.uk.",
    "never_for": "Fetching the page: opening an address tells its owner that someone looks.",
    "needs": (),
}
