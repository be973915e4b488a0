{
    "name": "offer",
    "version": 1,
    "kinds": ("offer",),
    "about": "Offers of work and what they say: job, role:cleaner, pay:100 EUR/day, visa, travel, fees, documents kept, accommodation tied, no experience, urgent, age:18-35, contract, no fees, documents own.",
    "never_for": "Judging an employer or an applicant; most offers that are short or in a hurry are honest.",
    "needs": (),
}
