{
    "name": "availability",
    "version": 1,
    "kinds": ("availability",),
    "about": "When and where somebody is there: 24/7, days mon-fri, hours 09:00-18:00, own place, travels to you, by appointment.",
    "never_for": "Going to where a text says that somebody is.",
    "needs": (),
}
