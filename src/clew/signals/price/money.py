"""How amounts, currencies and durations are written, as data."""

from __future__ import annotations

import re

SYMBOLS = {
    "€": "EUR",
    "£": "GBP",
    "us$": "USD",
    "ca$": "CAD",
    "c$": "CAD",
    "au$": "AUD",
    "a$": "AUD",
    "nz$": "NZD",
    "hk$": "HKD",
    "sg$": "SGD",
    "s$": "SGD",
    "mx$": "MXN",
    "r$": "BRL",
    "$": "USD",
    "¥": "JPY",
    "₹": "INR",
    "₺": "TRY",
    "₽": "RUB",
    "₴": "UAH",
    "₦": "NGN",
    "₱": "PHP",
    "฿": "THB",
    "₫": "VND",
    "₩": "KRW",
    "₪": "ILS",
    "₸": "KZT",
    "₾": "GEL",
    "₼": "AZN",
    "֏": "AMD",
    "₮": "MNT",
    "₲": "PYG",
    "₡": "CRC",
    "₵": "GHS",
    "₭": "LAK",
    "៛": "KHR",
    "৳": "BDT",
    "﷼": "IRR",
    "₿": "BTC",
    "円": "JPY",
    "元": "CNY",
    "원": "KRW",
}
UNSURE = {"$": 0.8, "¥": 0.6, "元": 0.85, "﷼": 0.6}
"""Signs that several currencies share, and how sure the usual one is."""

NO_CURRENCY = "XXX"
"""ISO 4217's own code for a transaction without a currency; here, of a rate that names none."""
CODES = frozenset(
    "kzt gel azn amd mdl lak khr mmk uzs kgs irr iqd jod lbp omr bhd dzd xof xaf etb ugx tzs rwf pyg uyu bob crc dop gtq "
    "eur usd gbp chf cad aud nzd sek nok dkk czk huf pln ron bgn hrk rsd uah rub byn ils aed sar qar kwd inr pkr lkr npr bdt thb "
    "vnd idr myr sgd hkd cny rmb krw jpy twd brl mxn ars clp zar ngn kes ghs egp mad tnd btc usdt".split()
)
UPPER_CODES = frozenset("TRY PHP COP PEN ALL".split())
"""Codes that are words, so they count only in capitals."""

WORDS = {
    "euro": "EUR",
    "euros": "EUR",
    "euro's": "EUR",
    "евро": "EUR",
    "pound": "GBP",
    "pounds": "GBP",
    "quid": "GBP",
    "dollar": "USD",
    "dollars": "USD",
    "dolares": "USD",
    "dólares": "USD",
    "bucks": "USD",
    "lei": "RON",
    "zł": "PLN",
    "zl": "PLN",
    "zloty": "PLN",
    "злотых": "PLN",
    "злотий": "PLN",
    "złotych": "PLN",
    "kč": "CZK",
    "лв": "BGN",
    "руб": "RUB",
    "рублей": "RUB",
    "грн": "UAH",
    "tl": "TRY",
    "lira": "TRY",
    "reais": "BRL",
    "baht": "THB",
    "rupees": "INR",
    "pesos": "pesos",
    "kr": "kr",
    "kroner": "kr",
    "kronor": "kr",
    "francs": "francs",
    "roses": "roses",
    "rosas": "roses",
    "rosen": "roses",
    "rozen": "roses",
    "róż": "roses",
    "trandafiri": "roses",
    "роз": "roses",
    "🌹": "roses",
    "rozas": "roses",
    "róże": "roses",
    "rose": "roses",
    "розы": "roses",
    "троянд": "roses",
    "gül": "roses",
    "kisses": "kisses",
    "besos": "kisses",
    "besitos": "kisses",
    "beijos": "kisses",
    "beijinhos": "kisses",
    "bisous": "kisses",
    "baisers": "kisses",
    "küsse": "kisses",
    "kuesse": "kisses",
    "kusjes": "kisses",
    "baci": "kisses",
    "pupici": "kisses",
    "поцелуев": "kisses",
    "💋": "kisses",
    "😘": "kisses",
    "donation": "donation",
    "donations": "donation",
    "donativo": "donation",
    "tribute": "donation",
    "candies": "candies",
    "flowers": "flowers",
    "flores": "flowers",
    "fleurs": "flowers",
    "blumen": "flowers",
    "tokens": "tokens",
    "hrn": "UAH",
    "гривень": "UAH",
    "гривен": "UAH",
    "рублях": "RUB",
    "рубля": "RUB",
    "тенге": "KZT",
    "долларов": "USD",
    "доларів": "USD",
    "євро": "EUR",
    "ευρώ": "EUR",
    "evro": "EUR",
    "eura": "EUR",
    "eurov": "EUR",
    "evra": "EUR",
    "forint": "HUF",
    "ft": "HUF",
    "korun": "CZK",
    "leva": "BGN",
    "лева": "BGN",
    "dinara": "RSD",
    "динара": "RSD",
    "dirham": "AED",
    "dirhams": "AED",
    "dhs": "AED",
    "درهم": "AED",
    "ريال": "SAR",
    "riyal": "SAR",
    "dinar": "dinar",
    "دينار": "dinar",
    "ringgit": "MYR",
    "rm": "MYR",
    "rupiah": "IDR",
    "rp": "IDR",
    "rs": "INR",
    "रुपये": "INR",
    "rupaye": "INR",
    "บาท": "THB",
    "naira": "NGN",
    "rand": "ZAR",
    "shillings": "shillings",
    "ksh": "KES",
    "reales": "BRL",
    "soles": "PEN",
    "won": "KRW",
    "yen": "JPY",
    "yuan": "CNY",
    "lire": "TRY",
    "livres": "GBP",
    "libras": "GBP",
    "pfund": "GBP",
    "franken": "CHF",
    "dollari": "USD",
    "dolari": "USD",
    "dolarów": "USD",
    "dólar": "USD",
    "euroa": "EUR",
}
LEADING_WORDS = frozenset("rs rm rp dhs ksh donation donations donativo tribute kr".split())
"""Words that stand before their amount as well: Rs 500, donation 150."""
NEED_MONEY_TALK = frozenset("ft rp won rose gül rm flowers flores fleurs blumen tokens candies rand baci".split())
"""Words with another everyday meaning: their amount is less sure."""
UNITS = {
    "30min": "hh halfhour halbstunde",
    "min": "min mins minute minutes minutos minuten minuti minut minute' minuty minuut dakika мин минут хв хвилин 分 分钟 分鐘 分間 분 นาที دقيقة λεπτά perc minutt minutter",
    "h": "hourly h hr hrs ph hour hours hora horas heure heures stunde stunden std ora ore uur godz godzina godzine godzinę ora oră saat jam час часа часов година години ч 時間 小时 小時 시간 ชั่วโมง ชม ساعة ώρα óra hodina hodinu timme time stund timer",
    "day": "daily diarios täglich dziennie zilnic day days dia día dias días jour jours tag tage giorno dag dagen dzien dzień zi gün hari день смену 日 天 일 วัน يوم shift turno",
    "night": "night nights noche noches nuit nuits nacht notte noite noc noapte gece malam ночь ніч overnight 晚 泊 คืน ليلة éjszaka natt",
    "week": "weekly semanal wöchentlich week weeks wk semana semanas semaine woche wochen settimana tydzien săptămână saptamana hafta minggu неделя неделю тиждень 週 周 สัปดาห์ أسبوع",
    "month": "aylik mês mensal monthly mensuales mensuel mensuels monatlich mensais mensal lunar miesięcznie mensili maandelijks ежемесячно aylık month months mth mes mese mois monat monate maand miesiac miesiąc luna lună ay bulan месяц мес місяць 月 个月 월 เดือน شهر mo pm",
    "year": "year years año anno jahr jaar yr",
    "session": "session sessions sesión sesion séance seance sitzung sessão sessao seduta ședință sedinta сеанс visit visita visite meeting encuentro rdv treffen termin spotkanie",
    "piece": "piece pieces stück stuck kg msg message text txt person",
}
UNIT_OF = {word: unit for unit, words in UNITS.items() for word in words.split()}

SIGNS = frozenset(symbol[-1] for symbol in SYMBOLS)
DULL = frozenset('.):;!?(+#*=|"]')
"""What no currency and no time follows, after an amount."""

_AMOUNT = (  # digit first: quick
    r"[0-9](?<![.,:][0-9])(?<![^\W\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af][0-9])(?:\d{0,2}(?:[.,' ]\d{3}){1,3}(?:[.,]\d{1,2})?(?!\d)|\d?(?:,\d\d){1,3},\d{3}(?!\d)"
    r"|\d{0,6}(?:[.,]\d{1,2})?(?!\d))"
)
_UNIT = "|".join(re.escape(u) for u in sorted(UNIT_OF, key=len, reverse=True))
_LENGTH = rf"(?:(?P<{{0}}n>\d{{{{1,3}}}}|½|1/2|half(?:\sa)?(?:\san)?|halbe|media|demi|mezz'|pół)\s?-?\s?)?(?P<{{0}}unit>{_UNIT})(?![^\W\d_])"
_PER = r"(?:,?-+)?(?:\s(?:netto|net|brutto|gross|neto|clear|на руки))?\s?(?:/|\bper\b|\bp/|\ban?\b|\bpro\b|\bpor\b|\bpar\b|\ball'|\bl'|\bl’|\bla\b|\bde\b|\bfor\b|\bfür\b|\bpour\b|\bpara\b|\bper\b|\bza\b|\bna\b|\bpe\b|\bза\b|\bв\b|\bdie\b|\bder\b|\bel\b|\bal\b|\bo\b|\bde\s?l[ao]\b|\bde l['’]|\bà l['’]|في|=|:|-|\()?\s?"

AMOUNT = re.compile(rf"(?P<amount>{_AMOUNT})(?P<k>k(?![^\W_]))?(?![\d%])", re.IGNORECASE)
_SIGN = rf"(?:[a-z]{{1,2}})?\$|[{''.join(s for s in SYMBOLS if len(s) == 1 and s != '$')}]"
BEFORE = re.compile(rf"(?P<symbol>{_SIGN})\s?\Z|(?<![^\W_])(?P<word>[^\W\d_]{{3}})\s?\Z", re.IGNORECASE)
BEFORE_WORD = re.compile(
    rf"(?<![^\W_])(?P<symbol>\Z)?(?P<word>{'|'.join(sorted(LEADING_WORDS, key=len, reverse=True))})\.?\s?[:=]?\s?\Z",
    re.IGNORECASE,
)
BEFORE_WORD_REACH = 14
BEFORE_REACH = 5
AFTER = re.compile(
    rf"\s?[-,]?-?\s?(?:(?P<symbol>{_SIGN})(?!\d)|(?P<word>🌹|[^\W\d_]{{1,9}}(?:'s)?)(?![^\W_]))", re.IGNORECASE
)
PENCE = re.compile(
    r"p(?P<per>pm|/(?:msg|min|day|wk|week|text|txt|sms)|\s?per\s(?:min(?:ute)?|msg|text|txt|day|week))?(?!\w)",
    re.IGNORECASE,
)
RANGE = re.compile(
    rf"(?P<amount>{_AMOUNT})\s?(?:{_SIGN})?\s?(?:-|–|to|až|bis|a|à|до|până la|pana la|~)\s?\Z", re.IGNORECASE
)
"""The lower end of a range, before its upper end."""
UPPER = re.compile(
    rf"\s?(?:-|–|to|bis|a|à|до|până la|pana la|~)\s?(?:{_SIGN})?\s?(?P<amount>{_AMOUNT})(?![\w%])", re.IGNORECASE
)
"""The upper end of a range, after a lower end whose currency stands before it."""
RANGE_REACH = 18
RATE_CUE = re.compile(
    r"\b(?:rates?|prices?|prix|tarifs?|tarifas?|preise?|precios?|preços?|prețuri|prețul|цены|цена|roses|from|donations?)\b",
    re.IGNORECASE,
)
BARE = re.compile(
    r"\s?(?:/|\bper\b|\ban\b)?\s?(?P<n>\d{1,2})?(?P<unit>hr|hrs|hh|hour|h|half|overnight|night)(?![^\W_])",
    re.IGNORECASE,
)
"""The time after an amount that has no currency."""
LISTED = re.compile(r"(?<![\w.,])(?P<amount>\d{2,4})\s?/\s?\Z")
FOLLOWED = re.compile(_PER + _LENGTH.format("after_") + r"(?!\s?[:=–-]?\s?[\d€£$])", re.IGNORECASE)
"""The time after an amount; one that introduces the next amount is not it."""
PRECEDED = re.compile(rf"(?<!\w){_LENGTH.format('before_')}\s?[:=\-–,]?\s?\Z", re.IGNORECASE)
EXPLICIT = re.compile(_PER.replace("=|:|-|\\(", "=") + _LENGTH.format("after_"), re.IGNORECASE)
"""The same after a slash or a word: what comes next does not matter."""
PRECEDED_REACH = 24
EASTERN_POWERS = {"万": 10_000, "萬": 10_000, "만": 10_000, "千": 1_000, "천": 1_000}
EASTERN_MONEY = {"円": "JPY", "日元": "JPY", "元": "CNY", "块": "CNY", "人民币": "CNY", "원": "KRW"}
MYRIAD = re.compile("[万萬만千천]")
EASTERN = re.compile(
    r"(?<![\d.,])(?P<n>\d{1,4}(?:\.\d)?)\s?(?P<power>[万萬만千천])(?:\s?(?P<rest>\d)(?P<small>[千천]))?\s?(?P<sign>日元|人民币|[円元块원])?"
)
"""Amounts in Chinese, Japanese and Korean; a myriad of inhabitants is none, so a sign or a word for wages must stand beside."""
WAGES = re.compile(r"(?P<time>[月日時时年週周월일시연주])(?P<word>[給薪给]|급)[:：は]?\s?\Z")
WAGE_TIMES = {
    sign: unit
    for unit, signs in (("month", "月월"), ("day", "日일"), ("h", "時时시"), ("year", "年연"), ("week", "週周주"))
    for sign in signs
}
HALF = frozenset(("½", "1/2", "halbe", "media", "demi", "mezz'", "pół"))
HALVES = ("half", "halbe", "media", "demi", "pół")
"""Words for a half that its time may follow without a space."""
RESOLUTIONS = frozenset((144, 240, 360, 480, 720))
"""Video sizes, which are written like pence."""


def number(written: str) -> str | None:
    """The amount in plain decimal form, None when it is nothing.

    >>> number("1.200,50"), number("1,000"), number("80"), number("4.50"), number("0")
    ('1200.50', '1000', '80', '4.50', None)
    """
    compact = written.replace(" ", "").replace("'", "")
    match = re.fullmatch(r"(\d[\d.,]*?)(?:[.,](\d{1,2}))?", compact)
    if not match:
        return None
    whole = match[1].replace(".", "").replace(",", "").lstrip("0") or "0"
    cents = match[2] if match[2] and match[2].strip("0") else ""
    if not whole.strip("0") and not cents:
        return None
    return f"{whole}.{cents.ljust(2, '0')}" if cents else whole


def paid_in(wages: re.Match[str] | None) -> str:
    """The usual money of a word for wages: Japanese writes 給, Chinese 薪, Korean 급."""
    return {"給": "JPY", "급": "KRW"}.get(wages["word"] if wages else "", "CNY")


def length(count: str | None, unit: str) -> str:
    """A stretch of time in one form: 60 minutes are an hour, half an hour is 30 minutes.

    >>> length("60", "min"), length("half", "hour"), length(None, "hora"), length("2", "h")
    ('h', '30min', 'h', '2h')
    """
    unit = UNIT_OF[unit.lower()]
    if count and (count.lower() in HALF or count.lower().startswith("half")):
        return "30min" if unit == "h" else f"half {unit}"
    number = int(count) if count and count.isdigit() else 1
    if unit == "min" and number and number % 60 == 0:
        unit, number = "h", number // 60
    return unit if number == 1 else f"{number}{unit}"
