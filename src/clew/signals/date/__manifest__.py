{
    "name": "date",
    "version": 1,
    "kinds": ("date",),
    "about": "Dates, ranges and relative dates. The value is ISO 8601 where it can be (2026-05-03, --05-03/--05-07, ../2026-05-03) or day+1, week+0, weekday-5, which a day of posting turns into dates.",
    "never_for": "Following a person from day to day.",
    "needs": (),
}
