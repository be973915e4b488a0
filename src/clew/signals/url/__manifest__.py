{
    "name": "url",
    "version": 1,
    "kinds": ("url",),
    "about": "Web addresses and bare domain names. The value is host and path without scheme, www, user and fragment.",
    "never_for": "Fetching the page: opening an address tells its owner that someone looks.",
    "needs": (),
}
