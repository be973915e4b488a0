"""How numbers are said, as data: from a run of words to digits. Thirteen languages with teens, tens and hundreds, others digit by digit.

Numbers are dictated digit by digit, in pairs ("soixante-dix-huit") or with "double" and "triple". Every form is kept
without case and accents. Where a form means one number in one language and another elsewhere, it is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from clew.signals.glyphs import without_accents

UNITS: Mapping[str, Sequence[str]] = {
    "en": (
        "zero oh nought naught null nil owe",
        "one won",
        "two too to",
        "three tree",
        "four fore for",
        "five fife",
        "six sicks",
        "seven sevn",
        "eight ate",
        "nine nein",
    ),
    "es": ("cero", "uno una", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"),
    "fr": ("zero", "un une", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf"),
    "de": ("null", "eins ein", "zwei zwo", "drei", "vier", "funf fuenf", "sechs", "sieben", "acht", "neun"),
    "it": ("zero", "uno", "due", "tre", "quattro", "cinque", "sei", "sette", "otto", "nove"),
    "pt": ("zero", "um uma", "dois duas", "tres", "quatro", "cinco", "seis meia", "sete", "oito", "nove"),
    "nl": ("nul", "een", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen"),
    "pl": ("zero", "jeden", "dwa", "trzy", "cztery", "piec", "szesc", "siedem", "osiem", "dziewiec"),
    "ro": ("zero", "unu una", "doi doua", "trei", "patru", "cinci", "sase", "sapte", "opt", "noua"),
    "ru": ("ноль нуль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять"),
    "tr": ("sifir", "bir", "iki", "uc", "dort", "bes", "alti", "yedi", "sekiz", "dokuz"),
    "id": ("nol kosong", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan lapan", "sembilan"),
    "vi": ("khong", "mot", "hai", "ba", "bon", "nam", "sau", "bay", "tam", "chin"),
    "tl": ("sero", "isa", "dalawa", "tatlo", "apat", "lima", "anim", "pito", "walo", "siyam"),
    "hi": ("shunya", "ek", "do", "teen", "char chaar", "paanch panch", "chhe chhah", "saat", "aath", "nau"),
    "ar": (
        "صفر",
        "واحد واحدة",
        "اثنان اثنين اتنين",
        "ثلاثة تلاتة ثلاث",
        "اربعة اربع",
        "خمسة خمس",
        "ستة ست",
        "سبعة سبع",
        "ثمانية تمانية ثماني",
        "تسعة تسع",
    ),
    "fa": ("", "یک", "دو", "سه", "چهار", "پنج", "شش شیش", "هفت", "هشت", "نه"),
    "hu": ("nulla", "egy", "ketto", "harom", "negy", "ot", "hat", "het", "nyolc", "kilenc"),
    "cs": ("nula", "jedna", "dva", "tri", "ctyri", "pet", "sest", "sedm", "osm", "devet"),
    "sk": ("nula", "jedna", "dva", "tri", "styri", "pat", "sest", "sedem", "osem", "devat"),
    "hr": ("nula", "jedan", "dva", "tri", "cetiri", "pet", "sest", "sedam", "osam", "devet"),
    "sv": ("noll", "ett", "tva", "tre", "fyra", "fem", "sex", "sju", "atta", "nio"),
    "sl": ("nič nula", "ena", "dva", "tri", "štiri", "pet", "šest", "sedem", "osem", "devet"),
    "az": ("sıfır", "bir", "iki", "üç", "dörd", "beş", "altı", "yeddi", "səkkiz", "doqquz"),
    "ka": ("ნული", "ერთი", "ორი", "სამი", "ოთხი", "ხუთი", "ექვსი", "შვიდი", "რვა", "ცხრა"),
    "hy": ("զրո", "մեկ", "երկու", "երեք", "չորս", "հինգ", "վեց", "յոթ", "ութ", "ինը"),
    "lt": ("nulis", "vienas", "du", "trys", "keturi", "penki", "šeši", "septyni", "aštuoni", "devyni"),
    "lv": ("nulle", "viens", "divi", "trīs", "četri", "pieci", "seši", "septiņi", "astoņi", "deviņi"),
    "et": ("null", "üks", "kaks", "kolm", "neli", "viis", "kuus", "seitse", "kaheksa", "üheksa"),
    "ur": ("صفر", "ایک", "دو", "تین", "چار", "پانچ", "چھ", "سات", "آٹھ", "نو"),
    "da": ("nul null", "en et", "to", "tre", "fire", "fem", "seks", "syv sju", "otte atte", "ni"),
    "fi": ("nolla", "yksi", "kaksi", "kolme", "nelja", "viisi", "kuusi", "seitseman", "kahdeksan", "yhdeksan"),
    "sq": ("zero", "nje", "dy", "tre", "kater", "pese", "gjashte", "shtate", "tete", "nente"),
    "sw": ("sifuri", "moja", "mbili", "tatu", "nne", "tano", "sita", "saba", "nane", "tisa"),
    "el": ("μηδεν", "ενα", "δυο", "τρια", "τεσσερα", "πεντε", "εξι", "επτα εφτα", "οκτω οχτω", "εννεα εννια"),
    "bg": ("нула", "един едно", "две", "три", "четири", "пет", "шест", "седем", "осем", "девет"),
    "uk": ("нуль", "один одна", "два дві", "три", "чотири", "п'ять", "шість", "сім", "вісім", "дев'ять"),
    "sr": ("нула", "један", "два", "три", "четири", "пет", "шест", "седам", "осам", "девет"),
    "he": ("אפס", "אחת אחד", "שתיים שתים שניים", "שלוש", "ארבע", "חמש", "שש", "שבע", "שמונה", "תשע"),
}
TEENS: Mapping[str, Sequence[str]] = {
    "en": (
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ),
    "es": ("diez", "once", "doce", "trece", "catorce", "quince", "dieciseis", "diecisiete", "dieciocho", "diecinueve"),
    "fr": ("dix", "onze", "douze", "treize", "quatorze", "quinze", "seize", "dix sept", "dix huit", "dix neuf"),
    "de": (
        "zehn",
        "elf",
        "zwolf zwoelf",
        "dreizehn",
        "vierzehn",
        "funfzehn",
        "sechzehn",
        "siebzehn",
        "achtzehn",
        "neunzehn",
    ),
    "it": (
        "dieci",
        "undici",
        "dodici",
        "tredici",
        "quattordici",
        "quindici",
        "sedici",
        "diciassette",
        "diciotto",
        "diciannove",
    ),
    "pt": (
        "dez",
        "onze",
        "doze",
        "treze",
        "catorze quatorze",
        "quinze",
        "dezesseis",
        "dezessete",
        "dezoito",
        "dezenove",
    ),
    "nl": ("tien", "elf", "twaalf", "dertien", "veertien", "vijftien", "zestien", "zeventien", "achttien", "negentien"),
    "pl": (
        "dziesiec",
        "jedenascie",
        "dwanascie",
        "trzynascie",
        "czternascie",
        "pietnascie",
        "szesnascie",
        "siedemnascie",
        "osiemnascie",
        "dziewietnascie",
    ),
    "ro": (
        "zece",
        "unsprezece",
        "doisprezece",
        "treisprezece",
        "paisprezece",
        "cincisprezece",
        "saisprezece",
        "saptesprezece",
        "optsprezece",
        "nouasprezece",
    ),
    "ru": (
        "десять",
        "одиннадцать",
        "двенадцать",
        "тринадцать",
        "четырнадцать",
        "пятнадцать",
        "шестнадцать",
        "семнадцать",
        "восемнадцать",
        "девятнадцать",
    ),
    "tr": ("on", "on bir", "on iki", "on uc", "on dort", "on bes", "on alti", "on yedi", "on sekiz", "on dokuz"),
    "id": (
        "sepuluh",
        "sebelas",
        "dua belas",
        "tiga belas",
        "empat belas",
        "lima belas",
        "enam belas",
        "tujuh belas",
        "delapan belas",
        "sembilan belas",
    ),
    "uk": (
        "десять",
        "одинадцять",
        "дванадцять",
        "тринадцять",
        "чотирнадцять",
        "п'ятнадцять",
        "шістнадцять",
        "сімнадцять",
        "вісімнадцять",
        "дев'ятнадцять",
    ),
}
TENS: Mapping[str, Sequence[str]] = {
    "en": ("twenty", "thirty", "forty fourty", "fifty", "sixty", "seventy", "eighty", "ninety"),
    "es": ("veinte", "treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa"),
    "fr": ("vingt", "trente", "quarante", "cinquante", "soixante", "septante", "huitante octante", "nonante"),
    "de": ("zwanzig", "dreissig dreisig", "vierzig", "funfzig", "sechzig", "siebzig", "achtzig", "neunzig"),
    "it": ("venti", "trenta", "quaranta", "cinquanta", "sessanta", "settanta", "ottanta", "novanta"),
    "pt": ("vinte", "trinta", "quarenta", "cinquenta", "sessenta", "setenta", "oitenta", "noventa"),
    "nl": ("twintig", "dertig", "veertig", "vijftig", "zestig", "zeventig", "tachtig", "negentig"),
    "pl": (
        "dwadziescia",
        "trzydziesci",
        "czterdziesci",
        "piecdziesiat",
        "szescdziesiat",
        "siedemdziesiat",
        "osiemdziesiat",
        "dziewiecdziesiat",
    ),
    "ro": ("douazeci", "treizeci", "patruzeci", "cincizeci", "saizeci", "saptezeci", "optzeci", "nouazeci"),
    "ru": ("двадцать", "тридцать", "сорок", "пятьдесят", "шестьдесят", "семьдесят", "восемьдесят", "девяносто"),
    "tr": ("yirmi", "otuz", "kirk", "elli", "altmis", "yetmis", "seksen", "doksan"),
    "id": (
        "dua puluh",
        "tiga puluh",
        "empat puluh",
        "lima puluh",
        "enam puluh",
        "tujuh puluh",
        "delapan puluh",
        "sembilan puluh",
    ),
    "uk": ("двадцять", "тридцять", "сорок", "п'ятдесят", "шістдесят", "сімдесят", "вісімдесят", "дев'яносто"),
}
JOINERS: Mapping[str, Sequence[str]] = {
    "en": (" ",),
    "es": (" y ",),
    "fr": (" ", " et "),
    "de": (),
    "it": (" ",),
    "pt": (" e ",),
    "nl": (),
    "pl": (" ",),
    "ro": (" si ",),
    "ru": (" ",),
    "uk": (" ",),
    "tr": (" ",),
    "id": (" ",),
}
REPEATS: Mapping[str, int] = {"double": 2, "doble": 2, "doppio": 2, "dublu": 2, "triple": 3, "treble": 3, "triplu": 3}
HUNDREDS: Mapping[str, str] = {
    **dict.fromkeys("hundred hundreds hundert honderd hundra cent cents cento suta sute yuz ratus".split(), "00"),
    **{
        word: f"{number}00"
        for spoken in (
            "cien doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos",
            "ciento doscientas trescientas cuatrocientas quinientas seiscientas setecientas ochocientas novecientas",
            "cem duzentos trezentos quatrocentos quinhentos seiscentos setecentos oitocentos novecentos",
            "sto dwiescie trzysta czterysta piecset szescset siedemset osiemset dziewiecset",
            "сто двести триста четыреста пятьсот шестьсот семьсот восемьсот девятьсот",
            "сто двісті триста чотириста пятсот шістсот сімсот вісімсот девятсот",
        )
        for number, word in enumerate(spoken.split(), 1)
    },
}
"""A word for hundreds -> its digits; 00 is said after what it counts, as in nine hundred."""
PLURALS: Mapping[str, str] = {
    **{word: str(digit) for digit, word in enumerate("zeros ones twos threes fours fives sixes sevens eights nines".split())},
    "zeroes": "0", "ohs": "0", "nils": "0", "ceros": "0", "unos": "1", "doses": "2", "treses": "3", "cuatros": "4", "cincos": "5", "seises": "6",
       "sietes": "7", "ochos": "8", "nueves": "9", "nullen": "0", "einsen": "1", "zweien": "2", "dreien": "3", "vieren": "4", "sechsen": "6",
}  # fmt: skip
"""What is said of a digit that comes several times, as in three fives."""
AND = frozenset(("", " ", "-", " and ", " y ", " e ", " et ", " und ", " en ", " si ", " och ", " i "))
"""What may stand between hundreds and the rest of their number."""
PLUS = frozenset(("plus", "mas", "piu", "плюс", "arti"))
SPOKEN_DOTS = frozenset(
    "dash dot hyphen minus slash space and then "
    "punto guion guión espacio luego y point tiret espace puis et punkt strich leerzeichen dann und trattino spazio poi "
    "e ponto traco espaco depois streepje spatie daarna en kropka kreska potem spatiu liniuta apoi si точка тире потом затем и "
    "nokta tire sonra ve titik lalu dan".split()
)
"""Words said between two groups of digits that add none."""
SHY = frozenset(
    "on due once un une una um uma ein een sei alti opt sept meia dos uc mot hai ba bon nam sau bay tam chin isa apat anim pito "
    "du divi nic ena ek do teen char saat egy ot hat het pet pat sest osm ett sex en et to fire ni dy nje cent cents sto sita saba nula "
    "دو سه نه یک cien cem cento owe won too tree fore for fife sicks ate nein".split()
)
"""Words that mean other things too, in their language or another: they count only beside a number word of their language."""

EDGES = frozenset("to en et do on un for too won ate fore".split())
"""Of these, words that stand before or after a number as what they usually mean: a number may start or end beside them."""


@cache
def phrases() -> tuple[Mapping[tuple[str, ...], str], Mapping[str, int], Mapping[str, frozenset[str]]]:
    """(run of words -> its digits, first word -> most words of a run that starts with it, word -> its languages)."""
    meanings: dict[tuple[str, ...], set[str]] = {}
    languages: dict[str, set[str]] = {}
    for language, written, digits in _forms():
        meanings.setdefault(tuple(written.split()), set()).add(digits)
        for word in written.split():
            languages.setdefault(word, set()).add(language)
    known = {words: next(iter(digits)) for words, digits in meanings.items() if len(digits) == 1}
    reach: dict[str, int] = {}
    for words in known:
        reach[words[0]] = max(reach.get(words[0], 0), len(words))
    return known, reach, {word: frozenset(spoken) for word, spoken in languages.items()}


def unit(word: str) -> str:
    """The digit of a word for one to nine, else empty."""
    digits = phrases()[0].get((word,), "")
    return digits if len(digits) == 1 and digits != "0" else ""


APOSTROPHES = ("'", "’", "`", "‘", "´")
"""How the apostrophe inside a word is typed: дев'ять."""

SECOND_WORDS = frozenset("et belas puluh vingts ять ятнадцять ятдесят яносто ятсот".split())
"""Words that only follow others inside a number, or stand after the apostrophe of one."""


def key(word: str) -> str:
    """How a word is looked up.

    >>> key("Sześć"), key("DREISSIG"), key("dreißig")
    ('szesc', 'dreissig', 'dreisig')
    """
    low = word.lower()
    return low if low.isascii() else _key(low)


def _key(low: str) -> str:
    return low if any("а" <= c <= "я" or c in "ёіїєґ" for c in low) else without_accents(low)


def _forms() -> Iterator[tuple[str, str, str]]:
    for language, units in UNITS.items():
        for digit, written in enumerate(units):
            for word in written.split():
                yield from _typed(language, word, str(digit))
        for number, written in enumerate(TEENS.get(language, ()), 10):
            for phrase in _each(written, language):
                yield from _typed(language, phrase, str(number))
        for number, written in enumerate(TENS.get(language, ()), 2):
            for phrase in _each(written, language):
                yield from _typed(language, phrase, f"{number}0")
                yield from _with_units(language, phrase, number)
    yield from _own_ways()


def _typed(language: str, phrase: str, digits: str) -> Iterator[tuple[str, str, str]]:
    """A number word as its pieces are read: an apostrophe parts it, is left out, or is a letter (ʼ) in the middle."""
    for stand_in in (" ", "", "ʼ") if "'" in phrase else ("",):
        yield language, phrase.replace("'", stand_in), digits


def _each(written: str, language: str) -> list[str]:
    """Variants are separated by a space, except where the language writes a number in two words."""
    return [written] if language in ("tr", "id") or written.startswith("dix ") else written.split()


def _with_units(language: str, tens: str, number: int) -> Iterator[tuple[str, str, str]]:
    for digit in range(1, 10):
        for unit in UNITS[language][digit].split():
            for joiner in JOINERS[language]:
                yield from _typed(language, f"{tens}{joiner}{unit}", f"{number}{digit}")


def _own_ways() -> Iterator[tuple[str, str, str]]:
    """Numbers that a language does not simply put together from tens and units."""
    for digit in range(1, 10):
        for unit in UNITS["de"][digit].split():
            for number, tens in enumerate(TENS["de"], 2):
                for one in tens.split():
                    yield "de", f"{unit}und{one}", f"{number}{digit}"
        for number, tens in enumerate(TENS["nl"], 2):
            yield "nl", f"{UNITS['nl'][digit]}en{tens}", f"{number}{digit}"
        for number, tens in enumerate(TENS["it"], 2):
            unit = UNITS["it"][digit]
            yield "it", (tens[:-1] if unit[0] in "uo" else tens) + unit, f"{number}{digit}"
        yield "es", f"veinti{UNITS['es'][digit].split()[0]}", f"2{digit}"
    for number, word in enumerate(TEENS["fr"], 10):
        yield "fr", f"soixante {word}", str(60 + number)
        yield "fr", f"quatre vingt {word}", str(80 + number)
    yield "fr", "soixante et onze", "71"
    for digit in range(1, 10):
        for unit in UNITS["fr"][digit].split():
            yield "fr", f"quatre vingt {unit}", f"8{digit}"
    yield "fr", "quatre vingts", "80"
    yield "fr", "quatre vingt", "80"
