"""How ages and numbers of years are written, by language."""

from __future__ import annotations

PLAIN = "plain"
"""After a number it is an age and nothing else: years old."""
YEARS = "years"
"""After a number it is an age unless the sentence is of how long something took: Jahre."""
BEFORE = "before"
"""Before a number it says that an age follows: age, edad."""
BEING = "being"
"""Before a number it may say an age: I am."""

UNITS: dict[str, tuple[str, ...]] = {
    PLAIN: (
        *(
            "yo",
            "y/o",
            "y.o",
            "y.o.",
            "yrs old",
            "yr old",
            "years old",
            "year old",
            "years-old",
            "year-old",
            "years young",
            "years of age",
        ),
        *(
            "años de edad",
            "añitos",
            "añito",
            "ans d'âge",
            "jahre alt",
            "jahre jung",
            "jährige",
            "jähriger",
            "anni compiuti",
            "anos de idade",
        ),
        *(
            "aninhos",
            "ani vârstă",
            "ani împliniți",
            "лет от роду",
            "jaar oud",
            "jarige",
            "lat skończone",
            "yaşında",
            "yaşındayım",
        ),
        *(
            "歳",
            "才",
            "岁",
            "歲",
            "周岁",
            "살",
            "세",
            "ساله",
            "ساله‌ام",
            "tuổi",
            "عاما من العمر",
            "χρονων",
            "éves",
            "år gammel",
            "år gammal",
            "let stará",
            "godina stara",
        ),
    ),
    YEARS: (
        *(
            "años",
            "ans",
            "jahre",
            "anni",
            "anos",
            "ani",
            "лет",
            "года",
            "год",
            "років",
            "роки",
            "рік",
            "годин",
            "jaar",
            "lat",
            "lata",
            "yaş",
        ),
        *(
            "χρονια",
            "ετων",
            "år",
            "let",
            "godina",
            "година",
            "години",
            "ปี",
            "سنة",
            "عاما",
            "साल",
            "वर्ष",
            "tahun",
            "taon",
            "evjeçare",
        ),
    ),
}
UNITS[YEARS] = tuple(word for word in UNITS[YEARS] if word not in ("годин", "година", "години"))  # hours in Ukrainian
CUES: dict[str, tuple[str, ...]] = {
    BEFORE: (
        *(
            "age",
            "aged",
            "my age",
            "age is",
            "edad",
            "mi edad",
            "âge",
            "agée de",
            "âgée de",
            "âgé de",
            "alter",
            "mein alter",
            "età",
            "idade",
        ),
        *(
            "vârsta",
            "vârstă",
            "возраст",
            "мне",
            "ей",
            "ему",
            "вік",
            "мені",
            "leeftijd",
            "wiek",
            "yaş",
            "yaşım",
            "年龄",
            "年齢",
            "나이",
            "العمر",
            "عمري",
            "ηλικια",
            "आयु",
            "उम्र",
        ),
    ),
    BEING: ("i am", "i'm", "im", "ich bin", "she is", "she's", "he is", "sie ist", "ik ben"),
}
SPANS: tuple[str, ...] = (
    *(
        "on the market",
        "savoir-faire",
        "de savoir-faire",
        "abiertos",
        "open",
        "abertos",
        "of tradition",
        "en el mercado",
        "de mercado",
        "no mercado",
        "de tradición",
        "de tradição",
        "sur le marché",
        "de tradition",
        "am markt",
        "tradition",
        "sul mercato",
        "di attività",
        "pe piață",
        "de tradiție",
        "на рынке",
        "на ринку",
        "na rynku",
        "op de markt",
        "سابقه",
    ),
    *(
        "experience",
        "of experience",
        "in business",
        "in the",
        "working",
        "guarantee",
        "warranty",
        "ago",
        "contract",
        "de experiencia",
        "de experiência",
    ),
    *(
        "d'expérience",
        "erfahrung",
        "berufserfahrung",
        "di esperienza",
        "de experiență",
        "опыта",
        "опыт",
        "стажа",
        "досвіду",
        "ervaring",
        "doświadczenia",
        "deneyim",
    ),
    *(
        "de garantía",
        "de contrato",
        "de garantie",
        "garantie",
        "de práctica",
        "de trabajo",
        "de métier",
        "garanzia",
        "de muncă",
        "работы",
        "pracy",
        "назад",
        "atrás",
        "fa",
        "tecrübe",
        "の経験",
        "经验",
        "경력",
        "kinh nghiệm",
    ),
)
"""What follows a number of years that is no age."""
SINCE: tuple[str, ...] = (
    *(
        "llevamos",
        "опыт работы",
        "стаж",
        "стаж работы",
        "опыт",
        "досвід роботи",
        "experience",
        "experiencia",
        "experiência",
        "expérience",
        "erfahrung",
        "experiență",
        "esperienza",
        "doświadczenie",
    ),
    *(
        "since",
        "for",
        "over",
        "more than",
        "last",
        "past",
        "after",
        "every",
        "within",
        "seit",
        "vor",
        "nach",
        "über",
        "mehr als",
        "für",
        "desde hace",
        "hace",
        "durante",
    ),
    *(
        "más de",
        "llevo",
        "hace más de",
        "desde",
        "depuis",
        "pendant",
        "plus de",
        "il y a",
        "en",
        "da",
        "per",
        "da oltre",
        "há",
        "mais de",
        "durante",
        "por",
        "de peste",
        "de",
        "peste",
        "în",
    ),
    *(
        "более",
        "за",
        "уже",
        "через",
        "последние",
        "понад",
        "sinds",
        "meer dan",
        "al",
        "od",
        "ponad",
        "przez",
        "w ciągu",
        "trial",
        "bis zu",
    ),
)
"""What stands before a number of years that is no age."""

_EN = dict(zip("one two three four five six seven eight nine".split(), range(1, 10), strict=True))
_TENS = {
    "en": dict(zip("twenty thirty forty fifty sixty seventy".split(), range(20, 80, 10), strict=True)),
    "es": dict(zip("treinta cuarenta cincuenta sesenta".split(), range(30, 70, 10), strict=True)),
    "pt": dict(zip("vinte trinta quarenta cinquenta sessenta".split(), range(20, 70, 10), strict=True)),
    "ro": dict(zip(("douăzeci", "treizeci", "patruzeci", "cincizeci", "șaizeci"), range(20, 70, 10), strict=True)),
    "ru": dict(zip("двадцать тридцать сорок пятьдесят шестьдесят".split(), range(20, 70, 10), strict=True)),
    "de": dict(zip("zwanzig dreißig vierzig fünfzig sechzig".split(), range(20, 70, 10), strict=True)),
    "fr": dict(zip("vingt trente quarante cinquante soixante".split(), range(20, 70, 10), strict=True)),
    "it": dict(zip("venti trenta quaranta cinquanta sessanta".split(), range(20, 70, 10), strict=True)),
    "nl": dict(zip("twintig dertig veertig vijftig zestig".split(), range(20, 70, 10), strict=True)),
    "pl": dict(
        zip("dwadzieścia trzydzieści czterdzieści pięćdziesiąt sześćdziesiąt".split(), range(20, 70, 10), strict=True)
    ),
}
_UNITS = {
    "en": _EN,
    "es": dict(zip("uno dos tres cuatro cinco seis siete ocho nueve".split(), range(1, 10), strict=True)),
    "pt": dict(zip("um dois três quatro cinco seis sete oito nove".split(), range(1, 10), strict=True)),
    "ro": dict(zip("unu doi trei patru cinci șase șapte opt nouă".split(), range(1, 10), strict=True)),
    "ru": dict(zip("один два три четыре пять шесть семь восемь девять".split(), range(1, 10), strict=True)),
    "de": dict(zip("ein zwei drei vier fünf sechs sieben acht neun".split(), range(1, 10), strict=True)),
    "fr": dict(zip("un deux trois quatre cinq six sept huit neuf".split(), range(1, 10), strict=True)),
    "it": dict(zip("uno due tre quattro cinque sei sette otto nove".split(), range(1, 10), strict=True)),
    "nl": dict(zip("een twee drie vier vijf zes zeven acht negen".split(), range(1, 10), strict=True)),
    "pl": dict(zip("jeden dwa trzy cztery pięć sześć siedem osiem dziewięć".split(), range(1, 10), strict=True)),
}
_JOINS = {
    "en": ("{t} {u}", "{t}-{u}", "{t}{u}"),
    "es": ("{t} y {u}",),
    "pt": ("{t} e {u}",),
    "ro": ("{t} și {u}",),
    "ru": ("{t} {u}",),
    "de": ("{u}und{t}",),
    "fr": ("{t}-{u}", "{t} {u}", "{t} et {u}", "{t}-et-{u}"),
    "it": ("{t}{u}",),
    "nl": ("{u}en{t}", "{u}ën{t}"),
    "pl": ("{t} {u}",),
}
_TEENS: dict[str, int] = {
    **dict(zip("thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(), range(13, 20), strict=True)),
    **dict(
        zip(
            "dieciséis diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete veintiocho veintinueve".split(),
            range(16, 30),
            strict=True,
        )
    ),
    **dict(zip("dezesseis dezessete dezoito dezenove".split(), range(16, 20), strict=True)),
    **dict(zip("șaisprezece șaptesprezece optsprezece nouăsprezece".split(), range(16, 20), strict=True)),
    **dict(zip("шестнадцать семнадцать восемнадцать девятнадцать".split(), range(16, 20), strict=True)),
    **dict(zip("sechzehn siebzehn achtzehn neunzehn".split(), range(16, 20), strict=True)),
    **dict(zip("sedici diciassette diciotto diciannove".split(), range(16, 20), strict=True)),
    **dict(zip("zestien zeventien achttien negentien".split(), range(16, 20), strict=True)),
    **dict(zip("szesnaście siedemnaście osiemnaście dziewiętnaście".split(), range(16, 20), strict=True)),
    "seize": 16,
    "dix-sept": 17,
    "dix-huit": 18,
    "dix-neuf": 19,
    "veintiún": 21,
    "ventuno": 21,
    "ventotto": 28,
    "trentotto": 38,
}


def written() -> dict[str, int]:
    """Numbers from 13 to 79 in words.

    >>> words = written()
    >>> words["twenty-four"], words["vierundzwanzig"], words["treinta y dos"]
    (24, 24, 32)
    """
    found = dict(_TEENS)
    for language, tens in _TENS.items():
        for ten, value in tens.items():
            found.setdefault(ten, value)
            for unit, more in _UNITS[language].items():
                for join in _JOINS[language]:
                    found.setdefault(join.format(t=ten, u=unit), value + more)
    return found


THINGS = frozenset(
    (
        "company firm business salon hotel agency studio shop store restaurant bar brand building house flat apartment school clinic spa tradition car tree wine "
        "empresa negocio salón tienda agencia edificio casa marca restaurante "
        "entreprise société agence salon boutique maison immeuble marque "
        "firma betrieb unternehmen laden salon agentur haus gebäude marke geschäft "
        "negócio salão loja agência prédio firmă firma companie companie hotelul salonul agenție clădire "
        "компания компании фирма фирме салон салону отель отелю магазин магазину дом дому здание агентство агентству "
        "whisky whiskey wine rum cheese brandy whisk hôtel hotel ساختمان شرکت مغازه هتل فروشگاه "
        "azienda ditta negozio agenzia albergo edificio firma hotel sklep"
    ).split()
)
"""What may be so many years old and is nobody."""
BEING_WORDS = frozenset(
    "i am i'm im ich bin soy tengo j'ai sou tenho sunt am мне я she he her elle sie ella ela ea она ей ho".split()
)
"""With one of these between, the years are somebody's."""
