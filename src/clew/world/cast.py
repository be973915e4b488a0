"""Who posts adverts: classes, networks, phones, names, movement, and what each of them writes.

A poster has one or more voices (one for each advertised person, or a single one). A voice holds what its adverts choose
from: names, contacts, cities in the order in which it visits them, templates and pictures.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from clew.world import phones
from clew.world.dice import Dice, apportion, stream
from clew.world.language import LANGUAGES, book
from clew.world.places import DESTINATION_WEIGHTS, DESTINATIONS, ORIGINS, cities, cities_of
from clew.world.templates import Templates

DAYS = 180
"""How many days of adverts the world has, the last one being its `today`."""

SHARES = {
    "independent": 0.44,
    "controller": 0.09,
    "spa": 0.12,
    "spam": 0.06,
    "agency": 0.05,
    "fake-job": 0.04,
    "employer": 0.20,
}
"""Share of the posters of each class."""

_ADVERTS_EACH = {
    "independent": 8.0,
    "controller": 30.0,
    "spa": 15.0,
    "spam": 60.0,
    "agency": 15.0,
    "fake-job": 10.0,
    "employer": 4.0,
}
_MEAN_ADVERTS = sum(SHARES[name] * _ADVERTS_EACH[name] for name in SHARES)
_JOBS = ("agency", "fake-job", "employer")
_SITES = {
    "people": ("eveningguide.example", "roomsandrest.example", "noticeboard.example", "localads.example"),
    "jobs": ("workboard.example", "jobsnow.example", "noticeboard.example", "localads.example"),
}


@dataclass(slots=True)
class Poster:
    """One poster and what is true of it. `network` is empty but for controllers and those who recruit for them."""

    id: str
    kind: str
    country: str
    language: str
    adverts: int
    start: int
    days: int
    network: str = ""
    link: str = ""
    phones: list[int] = field(default_factory=list)
    handle: str = ""
    email: str = ""
    cities: list[int] = field(default_factory=list)
    voices: list[int] = field(default_factory=list)
    templates: list[int] = field(default_factory=list)
    sites: tuple[str, str] = ("", "")
    style: str = "plain"
    international: bool = True


@dataclass(slots=True)
class Voice:
    """What the adverts of one person, or of a poster without persons, choose from. `period` is days in one city."""

    poster: int
    person: str
    names: list[str]
    contacts: list[int]
    cities: list[int]
    templates: list[int]
    period: int
    phase: int
    pictures: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Contact:
    """A way to be reached as written in a text; `number` is 0 for a handle or an e-mail address."""

    text: str
    number: int
    style: str
    international: bool


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody in the world who posts."""

    posters: list[Poster]
    voices: list[Voice]
    contacts: list[Contact]
    templates: Templates
    hubs: list[int]
    callers: list[int]
    """Numbers of nobody who posts: people who call a hotline."""
    tied: list[Poster]
    """Controllers, and those who recruit for them."""

    def of(self, kind: str) -> list[Poster]:
        return [poster for poster in self.posters if poster.kind == kind]


def gather(seed: int, adverts: int) -> Cast:
    """Everybody who posts the given number of adverts."""
    maker = _Maker(seed, adverts)
    maker.hire()
    maker.connect()
    for index in range(len(maker.posters)):
        maker.settle(index)
    callers = [maker.exchange.take(maker.dice.pick(phones.COUNTRIES)) for _ in range(min(4000, 50 + adverts // 20))]
    tied = [poster for poster in maker.posters if poster.network]
    return Cast(maker.posters, maker.voices, maker.contacts, maker.templates, maker.hubs, callers, tied)


class _Maker:
    """The running state of `gather`."""

    def __init__(self, seed: int, adverts: int) -> None:
        self.dice = Dice(stream(seed, "cast"))
        self.exchange = phones.Exchange(Dice(stream(seed, "phones")))
        self.templates = Templates(Dice(stream(seed, "templates")))
        self.adverts = adverts
        self.posters: list[Poster] = []
        self.voices: list[Voice] = []
        self.contacts: list[Contact] = []
        self.persons = 0
        self.hubs: list[int] = []
        self.offices: list[int] = []
        self.throwaway: list[int] = []
        self.campaigns: list[tuple[str, int]] = []
        self.neighbour: dict[str, int] = {}

    def hire(self) -> None:
        """Decides how many posters of each class there are and how often each of them posts."""
        dice, count = self.dice, max(24, round(self.adverts / _MEAN_ADVERTS))
        kinds = [
            kind
            for kind, n in zip(SHARES, apportion(count, list(SHARES.values()), least=1), strict=True)
            for _ in range(n)
        ]
        kinds = dice.some(kinds, len(kinds)) if count < 2000 else _shuffled(kinds, dice)
        weights = [_ADVERTS_EACH[kind] * (0.25 + 2.25 * dice.roll() ** 2) for kind in kinds]
        for kind, adverts in zip(kinds, apportion(self.adverts, weights, least=1), strict=True):
            self.posters.append(self._poster(kind, adverts))
        self._hubs(count)

    def _poster(self, kind: str, adverts: int) -> Poster:
        dice = self.dice
        abroad = kind == "fake-job" and dice.chance(0.5)
        country = dice.pick(ORIGINS) if abroad else dice.weighted(DESTINATIONS, DESTINATION_WEIGHTS)
        languages = cities()[dice.pick(cities_of(country))].languages
        language = languages[0] if dice.chance(0.6) else dice.pick(languages)
        days = dice.between(25, DAYS - 10)
        number = len(self.posters) + 1
        sites = dice.some(_SITES["jobs" if kind in _JOBS else "people"], 2)
        return Poster(
            id=f"pos_{number:06d}",
            kind=kind,
            country=country,
            language=language,
            adverts=adverts,
            start=dice.below(DAYS - days),
            days=days,
            sites=(sites[0], sites[1]),
            style=dice.weighted(phones.STYLES, (8, 2, 3, 1, 2, 1, 1, 2)),
            international=country not in phones.COUNTRIES or (country != "USA" and dice.chance(0.5)),
        )

    def _hubs(self, count: int) -> None:
        """Lines that many unrelated posters give (hotel desks, booking offices), and the throwaway numbers of spam."""
        dice, take = self.dice, self.exchange.take
        self.hubs = [take(dice.pick(phones.COUNTRIES)) for _ in range(max(2, count // 150))]
        self.offices = [take(dice.pick(phones.COUNTRIES)) for _ in range(max(1, count // 300))]
        spammers = sum(poster.kind == "spam" for poster in self.posters)
        self.throwaway = [take(dice.pick(phones.COUNTRIES)) for _ in range(min(40 * spammers, 6000))]
        for _ in range(max(1, spammers // 5)):
            language = dice.pick(LANGUAGES)
            self.campaigns.append((language, self.templates.make("spam", language, "USA", contact="i")))

    def connect(self) -> None:
        """Gives every controller a network and lets those who post fake jobs recruit for one of them."""
        dice = self.dice
        controllers = [poster for poster in self.posters if poster.kind == "controller"]
        for number, poster in enumerate(controllers, 1):
            poster.network = f"net_{number:05d}"
            poster.phones = [self.exchange.take(poster.country) for _ in range(dice.between(2, 6))]
            poster.handle = self._handle()
        for poster in self.posters:
            if poster.kind != "fake-job":
                continue
            boss = dice.pick(controllers)
            poster.network, poster.link = boss.network, dice.weighted(("phone", "handle", "account"), (5, 3, 2))
            poster.handle = boss.handle if poster.link == "handle" else self._handle()
            poster.phones = [dice.pick(boss.phones) if poster.link == "phone" else self.exchange.take(poster.country)]
            poster.international = True

    def settle(self, index: int) -> None:
        """Phones, places, templates and voices of one poster."""
        poster = self.posters[index]
        getattr(self, "_settle_" + ("firm" if poster.kind in (*_JOBS, "spa") else poster.kind))(index, poster)

    def _settle_controller(self, index: int, poster: Poster) -> None:
        dice = self.dice
        here = cities_of(poster.country)
        poster.cities = dice.some(here, 1 if dice.chance(0.2) else dice.between(2, 6))
        disguised = dice.chance(0.2)
        for _ in range(dice.between(1, 3)):
            bank = "independent" if disguised else "controller"
            contact = "i" if disguised else "we"
            poster.templates.append(self.templates.make(bank, poster.language, poster.country, contact=contact))
        period = dice.between(5, 15)
        for _ in range(dice.between(2, 8)):
            numbers = dice.some(poster.phones, dice.between(1, 3))
            if dice.chance(0.10):
                numbers.append(dice.pick(self.hubs))
            names = dice.some(book("names")["working"], 1 if dice.chance(0.7) else dice.between(2, 3))
            turned = dice.below(len(poster.cities))
            route = poster.cities[turned:] + poster.cities[:turned]
            self._voice(index, self._person(), names, numbers, route, period, dice.below(period))

    def _settle_independent(self, index: int, poster: Poster) -> None:
        dice = self.dice
        touring = dice.chance(0.25)
        poster.cities = dice.some(cities_of(poster.country), dice.between(2, 5) if touring else 1)
        poster.phones = [self.exchange.take(poster.country) for _ in range(2 if dice.chance(0.1) else 1)]
        poster.handle = self._handle() if dice.chance(0.3) else ""
        before = self.neighbour.get(poster.country)
        if before is not None and dice.chance(0.10):  # a colleague in the same flat, often with one phone for both
            mate = self.posters[before]
            poster.cities = [mate.cities[0]]
            poster.phones = [*(poster.phones if dice.chance(0.5) else []), mate.phones[0]]
        elif dice.chance(0.04):
            poster.phones.append(dice.pick(self.hubs))
        elif dice.chance(0.03):
            poster.phones.append(dice.pick(self.offices))
        self.neighbour[poster.country] = index
        for _ in range(1 if dice.chance(0.7) else 2):
            poster.templates.append(self.templates.make("independent", poster.language, poster.country, contact="i"))
        names = dice.some(book("names")["working"], 1 if dice.chance(0.9) else 2)
        self._voice(index, self._person(), names, poster.phones, poster.cities, dice.between(7, 20), dice.below(20))

    def _settle_spam(self, index: int, poster: Poster) -> None:
        dice = self.dice
        poster.language, template = dice.pick(self.campaigns)
        poster.phones = dice.some(self.throwaway, min(len(self.throwaway), dice.between(20, 60)))
        everywhere = [i for i, city in enumerate(cities()) if poster.language in city.languages]
        poster.cities = dice.some(everywhere, 25)
        poster.templates = [template]
        names = dice.some(book("names")["working"], 8)
        self._voice(index, "", names, poster.phones, poster.cities, 1, dice.below(25))

    def _settle_firm(self, index: int, poster: Poster) -> None:
        """Spas, agencies, employers and fake jobs: one business line, a fixed place, a business name."""
        dice, spa = self.dice, poster.kind == "spa"
        poster.cities = dice.some(
            cities_of(poster.country), 1 if spa or poster.kind == "employer" else dice.between(1, 3)
        )
        if not poster.phones:
            poster.phones = [self.exchange.take(poster.country)]
        if spa and dice.chance(0.02):
            poster.phones.append(dice.pick(self.hubs))
        if poster.kind != "fake-job":
            poster.email = f"desk{index}@{poster.sites[0]}" if dice.chance(0.5) else ""
        for _ in range(dice.between(2, 4) if poster.kind == "agency" else dice.between(1, 2)):
            poster.templates.append(self.templates.make(poster.kind, poster.language, poster.country, contact="firm"))
        firm = [f"{dice.pick(book('names')['firm'])} {chr(65 + dice.below(26))}{dice.between(2, 99)}"]
        people = dice.some(book("names")["working"], 1)
        if not spa:
            self._voice(index, "", people if poster.kind == "employer" else firm, poster.phones, poster.cities, 14, 0)
            return
        for _ in range(dice.between(2, 6)):
            self._voice(index, self._person(), firm, poster.phones, poster.cities, 14, 0)

    def _person(self) -> str:
        self.persons += 1
        return f"per_{self.persons:06d}"

    def _handle(self) -> str:
        """An invented account name; the ending says that it is an example."""
        name = self.dice.pick(book("names")["working"]).lower()
        return f"@{name}_{self.dice.between(10000, 99999)}_xmpl"

    def _voice(
        self, index: int, person: str, names: list[str], numbers: list[int], route: list[int], period: int, phase: int
    ) -> None:
        poster = self.posters[index]
        contacts = self._contacts(poster, numbers)
        poster.voices.append(len(self.voices))
        self.voices.append(Voice(index, person, names, contacts, route, poster.templates, period, phase))

    def _contacts(self, poster: Poster, numbers: list[int]) -> list[int]:
        """Ten shares a number: eight in the poster's own style, one plain, one outside the text; and the handle."""
        made: list[int] = []
        for number in numbers:
            foreign = poster.international or phones.country_of(number) != poster.country
            style = "plain" if foreign and poster.country not in phones.COUNTRIES else poster.style
            text = phones.render(number, style, poster.language, international=foreign)
            plain = phones.render(number, "plain", poster.language, international=foreign)
            made += [self._contact(text, number, style, foreign)] * 8
            made.append(self._contact(plain, number, "plain", foreign))
            made.append(self._contact(book(poster.language)["below"][0], number, phones.COLUMN_ONLY, foreign))
        if poster.handle or poster.email:
            other = self._contact(poster.handle or poster.email, 0, phones.NO_PHONE, False)
            made += [other] * max(1, len(made) // 9)
        return made

    def _contact(self, text: str, number: int, style: str, international: bool) -> int:
        self.contacts.append(Contact(text, number, style, international))
        return len(self.contacts) - 1


def _shuffled(items: list[str], dice: Dice) -> list[str]:
    keyed = sorted((dice.roll(), i) for i in range(len(items)))
    return [items[i] for _, i in keyed]
