"""How hours, days and places of service are written, by language. Neutral: own place, travels to you."""

from __future__ import annotations

STATED: dict[str, tuple[str, ...]] = {
    "24/7": (
        *("24/7", "24 / 7", "24-7", "24x7", "24h/24", "24h/24h", "24h/24 7j/7", "24/24", "24 hours a day", "24 hours", "24hrs", "24 hrs", "24h", "day and night", "around the clock", "round the clock"),
        *("las 24 horas", "24 horas", "día y noche", "jour et nuit", "24 heures", "rund um die uhr", "tag und nacht", "24 stunden", "dia e noite", "zi și noapte", "non stop", "non-stop", "24 de ore"),
        *("круглосуточно", "24 часа", "днём и ночью", "цілодобово", "giorno e notte", "24 ore su 24", "dag en nacht", "24 uur", "całą dobę", "24 godziny", "7/24", "gece gündüz"),
        *("24時間", "24小时", "24小時", "24시간", "24 ชั่วโมง", "24 ساعة", "at any hour", "at all hours", "a cualquier hora", "à toute heure", "a qualquer hora", "la orice oră"),
    ),
    "own place": (
        *("incall", "in-call", "in call", "incalls", "my place", "at my place", "at my flat", "at my studio", "my studio", "our studio", "our flat", "our salon", "you come to me", "you come to us", "we only receive", "visit us", "i host", "can host", "hosting"),
        *("en mi piso", "en mi apartamento", "en mi estudio", "recibo en", "solo recibimos", "recibo", "chez moi", "je reçois", "nous recevons", "bei mir", "in meinem studio", "ich empfange", "wir empfangen", "zu mir", "em minha casa", "no meu apartamento", "recebo", "recebemos"),
        *("la mine", "la mine acasă", "numai primim", "primesc", "primim", "у меня", "принимаю у себя", "принимаем у себя", "апартаменты", "da me", "ricevo", "bij mij", "ik ontvang", "u mnie", "przyjmuję", "benim yerimde", "у мене", "приймаю у себе", "店内", "上门自取"),
    ),
    "travels to you": (
        *("outcall", "out-call", "out call", "outcalls", "hotel visits", "home visits", "house visits", "i travel to you", "i come to you", "i visit you", "come to your hotel", "travel to hotels", "come to hotels", "visit hotels", "your place", "at your place", "your hotel", "your home", "mobile massage"),
        *("a domicilio", "domicilio y hotel", "domicilio", "voy a hoteles", "hoteles y domicilios", "salidas", "me desplazo", "nos desplazamos", "je me déplace", "à domicile", "déplacement", "déplacements", "chez vous", "je viens à l'hôtel"),
        *("hausbesuche", "hotelbesuche", "haus- und hotelbesuche", "bei dir", "ich komme zu dir", "ich besuche dich", "zu dir", "ao domicílio", "ao domicilio", "desloco-me", "vou a hotéis", "deslocações", "deplasări", "deplasare", "vin la tine", "vin la hotel", "merg la hotel"),
        *("выезд", "выезжаю", "приеду к вам", "приезжаю в отель", "у вас", "виїзд", "a domicilio tuo", "vengo da te", "esco", "bij jou", "ik kom naar je toe", "thuisbezoek", "dojazd", "dojeżdżam", "u ciebie", "出張", "上门", "上門", "출장", "นอกสถานที่"),
    ),
    "by appointment": (
        *("by appointment", "by appointment only", "appointment only", "by prior arrangement", "book in advance", "con cita previa", "cita previa", "con cita", "sur rendez-vous", "sur rdv", "nach vereinbarung", "nur mit termin", "mit termin", "com marcação", "marcação prévia"),
        *("cu programare", "numai cu programare", "по записи", "по предварительной записи", "за записом", "su appuntamento", "op afspraak", "na umówienie", "po wcześniejszym umówieniu", "randevu ile", "要予約", "予約制", "需预约"),
    ),
    "walk-in": ("walk-ins welcome", "walk in welcome", "no appointment needed", "without appointment", "sin cita", "sans rendez-vous", "ohne termin", "sem marcação", "fără programare", "без записи", "senza appuntamento", "zonder afspraak", "予約不要"),
    "days:mon-sun": (
        *("every day", "seven days", "7 days a week", "seven days a week", "7 days", "daily", "open daily", "todos los días", "cada día", "tous les jours", "7j/7", "7j7", "täglich", "jeden tag", "todos os dias", "zilnic", "în fiecare zi"),
        *("ежедневно", "каждый день", "без выходных", "щодня", "tutti i giorni", "elke dag", "dagelijks", "codziennie", "her gün", "毎日", "每天", "매일", "ทุกวัน", "年中無休"),
    ),
    "days:mon-fri": ("weekdays", "weekdays only", "entre semana", "días laborables", "en semaine", "werktags", "unter der woche", "dias úteis", "în timpul săptămânii", "по будням", "будни", "nei giorni feriali", "doordeweeks", "w tygodniu", "hafta içi", "平日"),
    "days:sat-sun": ("weekends", "weekends only", "at weekends", "on weekends", "fines de semana", "le week-end", "am wochenende", "fins de semana", "în weekend", "по выходным", "nei weekend", "in het weekend", "w weekendy", "hafta sonu", "周末"),
}
LONE = frozenset(("recibo", "domicilio", "salidas", "la mine", "your place", "your home", "your hotel", "у вас", "у меня", "zu mir", "zu dir", "bei mir", "bei dir", "chez vous", "u mnie", "u ciebie", "esco", "da me", "daily", "7 days", "24 hours", "24h", "24 horas", "24 stunden", "24 heures", "24 часа", "24 ore", "seven days", "hosting", "non stop", "каждый день"))
"""Phrases that often mean something else: their claim is less sure."""
SHORT_DAYS: tuple[tuple[str, ...], ...] = tuple(
    tuple(words.split())
    for words in (
        "пн lun seg pon pn pzt lu",
        "вт mar ter wt sal вів",
        "ср mié mie mer qua sr śr çar wo",
        "чт jue jeu joi qui czw per gio",
        "пт vie ven vin sex pt cum vri",
        "сб sáb sab sam sâm zat cmt",
        "вс dom dim dum nd нд ndz paz zon",
    )
)
"""Short names of weekdays that count only in a range of two: in "mar" alone there is the sea."""
