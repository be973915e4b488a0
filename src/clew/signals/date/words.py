"""Months, weekdays and relative days, by language."""

from __future__ import annotations

MONTHS: tuple[str, ...] = (
    "january jan enero janvier januar jänner jan. janeiro ianuarie января январь январе ianuarie gennaio januari stycznia ocak січня يناير",
    "february feb febrero février fevrier februar fev fevereiro februarie февраля февраль febbraio februari lutego şubat лютого فبراير",
    "march mar marzo mars märz maerz março marco martie марта март marzo maart marca mart березня مارس",
    "april apr abril avril avr abril aprilie апреля апрель aprile april kwietnia nisan квітня ابريل",
    "may mayo mai maio мая май maggio mei maja mayıs травня مايو",
    "june jun junio juin juni junho iunie июня июнь giugno juni czerwca haziran червня يونيو",
    "july jul julio juillet juli julho iulie июля июль luglio juli lipca temmuz липня يوليو",
    "august aug agosto août aout august agosto august августа август agosto augustus sierpnia ağustos серпня اغسطس",
    "september sept sep septiembre septembre setembro septembrie сентября сентябрь settembre września eylül вересня سبتمبر",
    "october oct octubre octobre oktober outubro octombrie октября октябрь ottobre października ekim жовтня okt اكتوبر",
    "november nov noviembre novembre novembro noiembrie ноября ноябрь novembre listopada kasım листопада نوفمبر",
    "december dec diciembre décembre decembre dezember dezembro decembrie декабря декабрь dicembre grudnia aralık грудня dez ديسمبر",
)
WEEKDAYS: tuple[tuple[str, ...], ...] = tuple(
    tuple(words.split("|"))
    for words in (
        "monday|mon|lunes|lundi|montag|mo|segunda-feira|segunda feira|luni|lunea|понедельник|понедельника|lunedì|maandag|poniedziałek|poniedziałku|pazartesi|понеділок|понеділка|月曜|周一|星期一|월요일|วันจันทร์|الاثنين",
        "tuesday|tue|tues|martes|mardi|dienstag|di|terça-feira|terça feira|terça|marți|marțea|вторник|вторника|martedì|dinsdag|wtorek|wtorku|salı|вівторок|вівторка|火曜|周二|星期二|화요일|วันอังคาร|الثلاثاء",
        "wednesday|wed|miércoles|mercredi|mittwoch|mi|quarta-feira|quarta feira|quarta|miercuri|miercurea|среда|среду|среды|mercoledì|woensdag|środa|środę|środy|çarşamba|середа|середу|середи|水曜|周三|星期三|수요일|วันพุธ|الاربعاء",
        "thursday|thu|thur|thurs|jueves|jeudi|donnerstag|do|quinta-feira|quinta feira|quinta|joi|joia|четверг|четверга|giovedì|donderdag|czwartek|czwartku|perşembe|четвер|четверга|木曜|周四|星期四|목요일|วันพฤหัสบดี|الخميس",
        "friday|fri|viernes|vendredi|freitag|fr|sexta-feira|sexta feira|sexta|vineri|vinerea|пятница|пятницу|пятницы|venerdì|vrijdag|piątek|piątku|cuma|п'ятниця|п'ятницю|п'ятниці|金曜|周五|星期五|금요일|วันศุกร์|الجمعة",
        "saturday|sat|sábado|samedi|samstag|sonnabend|sa|sâmbătă|sâmbăta|суббота|субботу|субботы|sabato|zaterdag|sobota|sobotę|soboty|cumartesi|субота|суботу|суботи|土曜|周六|星期六|토요일|วันเสาร์|السبت",
        "sunday|sun|domingo|dimanche|sonntag|so|duminică|duminica|воскресенье|воскресенья|domenica|zondag|niedziela|niedzielę|niedzieli|pazar|неділя|неділю|неділі|日曜|周日|星期日|일요일|วันอาทิตย์|الاحد",
    )
)
SHORT_WEEKDAYS = frozenset("mon tue wed thu fri sat sun mo di mi do fr sa so terca quarta quinta sexta dom lun mar mie joi vin sam".split())
"""Names that are words of their own, so that they count only beside another weekday or after until, from, on."""
RELATIVE: dict[str, tuple[str, ...]] = {
    "day+0": ("today", "tonight", "hoy", "esta noche", "aujourd'hui", "ce soir", "heute", "heute abend", "hoje", "esta noite", "astăzi", "azi", "diseară", "сегодня", "oggi", "stasera", "vandaag", "vanavond", "dzisiaj", "dziś", "bugün", "сьогодні", "今日", "今天", "오늘", "วันนี้", "اليوم", "σήμερα"),
    "day+1": ("tomorrow", "mañana por la", "demain", "morgen", "amanhã", "mâine", "завтра", "domani", "jutro", "yarın", "明日", "明天", "내일", "พรุ่งนี้", "غدا", "αύριο"),
    "day+2": ("day after tomorrow", "pasado mañana", "après-demain", "übermorgen", "depois de amanhã", "poimâine", "послезавтра", "dopodomani", "overmorgen", "pojutrze", "後天", "后天", "明後日"),
    "week+0": ("this week", "esta semana", "cette semaine", "diese woche", "esta semana", "săptămâna aceasta", "săptămâna asta", "на этой неделе", "эту неделю", "questa settimana", "deze week", "w tym tygodniu", "bu hafta", "цього тижня", "今週", "本周", "이번 주"),
    "week+1": ("next week", "la próxima semana", "próxima semana", "la semaine prochaine", "semaine prochaine", "nächste woche", "nächster woche", "na próxima semana", "săptămâna viitoare", "на следующей неделе", "prossima settimana", "volgende week", "w przyszłym tygodniu", "gelecek hafta", "наступного тижня", "来週", "下周", "다음 주"),
    "weekend+0": ("this weekend", "this week-end", "este fin de semana", "ce week-end", "dieses wochenende", "este fim de semana", "weekendul acesta", "в эти выходные", "questo weekend", "dit weekend", "w ten weekend", "bu hafta sonu", "今週末", "本周末", "이번 주말"),
    "weekend+1": ("next weekend", "nächstes wochenende", "prochain week-end"),
    "month+0": ("this month", "este mes", "ce mois-ci", "diesen monat", "este mês", "luna aceasta", "в этом месяце", "questo mese", "deze maand", "bu ay", "今月", "本月", "이번 달"),
    "month+1": ("next month", "el próximo mes", "le mois prochain", "nächsten monat", "próximo mês", "luna viitoare", "в следующем месяце", "prossimo mese", "volgende maand", "w przyszłym miesiącu", "gelecek ay", "来月", "下个月", "다음 달"),
}
UNTIL_WORDS: tuple[str, ...] = (
    *("until", "till", "til", "untill", "through", "thru", "only until", "until the", "leaving on", "leaves on", "goes on", "staying until", "hasta", "hasta el", "hasta el día", "jusqu'au", "jusqu'à", "jusqu'a"),
    *("bis", "bis zum", "bis einschließlich", "até", "até ao", "até o", "até a", "até dia", "până", "până pe", "până la", "până în", "до", "fino a", "fino al", "sino al", "tot", "tot en met", "t/m", "do", "aż do"),
)
FROM_WORDS: tuple[str, ...] = (
    *("from", "starting", "starting on", "start on", "as of", "from the", "available from", "back on", "arriving", "arriving on", "since", "desde", "desde el", "a partir del", "a partir de", "du", "dès", "à partir de", "à partir du", "à compter du"),
    *("ab", "ab dem", "ab sofort bis", "vom", "von", "a partir do", "a partir de", "do dia", "din", "de la", "începând cu", "începând din", "с", "со", "начиная с", "dal", "dall'", "a partire dal", "vanaf", "van", "od", "від", "з"),
)
