"""Papers held by another, in any voice: "your passport will be kept by the manager", "the boss collects passports".

A name of papers and a verb of holding stand in one clause; who holds them, whose they are and how hard the verb is weigh
together. What is denied, what the reader keeps, copies, and papers at an embassy or a border say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from clew.signals.negation import is_denied, negators
from clew.signals.phrases import Phrases, fold

_PAPER, _HOLDS, _HOLDER, _YOURS = "paper", "holds", "holder", "yours"
_REACH = 60
"""Characters between the papers and the verb."""
_AROUND = 50
"""Characters before and after them in which something may rule the claim out."""
_NEAR = 6
"""Words found before and after a verb that are weighed with it."""
_ENOUGH = 3
_HARD = 2

_STRONG_PAPERS = {
    "en": "passport|passports|id card|id cards|identity card|identity cards|identity papers|identity documents|travel documents|residence permit",
    "es": "pasaporte|pasaportes|documentación personal|documentos de identidad",
    "fr": "passeport|passeports|papiers d'identité|pièce d'identité|pièces d'identité|titre de séjour",
    "de": "pass|pässe|reisepass|reisepässe|ausweis|ausweise|personalausweis",
    "pt": "passaporte|passaportes|documentos de identidade",
    "ro": "pașaport|pașaportul|pașapoarte|pașapoartele|buletinul|buletinele|actele de identitate",
    "ru": "паспорт|паспорта|паспортов|загранпаспорт|загранпаспорта",
    "it": "passaporto|passaporti|documenti d'identità|carta d'identità",
    "pl": "paszport|paszporty|dowód osobisty|dowody osobiste",
    "nl": "paspoort|paspoorten|identiteitskaart",
    "uk": "паспорт|паспорти|закордонний паспорт",
    "tr": "pasaport|pasaportlar|pasaportunuz|pasaportun|pasaportlarınız",
    "zh": "护照|護照|身份证|身份證",
    "ja": "パスポート|旅券|在留カード",
    "th": "พาสปอร์ต|หนังสือเดินทาง",
}
_WEAK_PAPERS = {
    "en": "documents|papers|id|ids|visa",
    "es": "documentos|documentación|papeles",
    "fr": "documents|papiers",
    "de": "papiere|dokumente|unterlagen",
    "pt": "documentos|documentação|papéis",
    "ro": "acte|actele|documente|documentele",
    "ru": "документы|документов",
    "it": "documenti",
    "pl": "dokumenty",
    "nl": "papieren|documenten",
    "uk": "документи",
    "tr": "belgeleriniz|evraklarınız",
    "zh": "证件|證件",
    "th": "เอกสาร",
}
_SOFT_VERBS = {
    "en": "locked away|looks after|look after|be given to|are given to|is given to|keep hold of|keeps hold of|store|we store|we hold|we keep|we collect|keeps it|keeps them|holds it|kept|keeps|held|holds|collected by|is collected|are collected|be collected|collects|stored|taken by|be taken|are taken|is taken|looked after|"
    "hold on to|holds on to|held on to|in the care of|in the safe|locked in|stays with|stay with|remains with|remain with|left with",
    "es": "custodia|custodian|permanecerá|permanecerán|permanece|permanecen|guardamos|recogemos|se recogen|se guardan|se guarda|guardado|guardados|guarda|guardan|guardará|guardarán|en poder de|en manos de|quedan|queda|quedará|quedarán|se entrega|se entregan|"
    "entregará|entregarán|custodiado|custodiados|recogido|recogidos|recoge|recogen",
    "fr": "ramassé|ramassés|ramasse|gardons|conservons|conservent|déposé|déposés|gardé|gardés|garde|gardent|gardera|conservé|conservés|conserve|conservent|remis|détenu|détenus|restent|reste|restera|resteront|"
    "collecté|collectés|récupéré|récupérés",
    "de": "verwahren wir|aufbewahren wir|liegt beim|liegen beim|aufbewahrt|verwahrt|bleibt|bleiben|eingesammelt|abgegeben|hinterlegt|sammelt|verwahren|aufbewahren",
    "pt": "recolhemos|guardamos|ficamos|permanece|permanecem|guardado|guardados|guarda|guardam|guardará|ficam|fica|ficará|ficarão|entregue|entregues|recolhido|recolhidos|recolhe|recolhem",
    "ro": "se strâng|se strânge|strângem|păstrăm|ținem|se predă|se predau|păstrate|strânse|păstrat|păstrate|păstrează|ține|țin|rămâne|rămân|va rămâne|vor rămâne|predat|predate|strâns|strânse|adunate",
    "ru": "храним|держим|собираем|отдать|передать|сдавать|передаются|лежат|храниться|хранится|хранятся|хранит|хранят|остается|остаются|останется|останутся|сдается|сдаются|сдать|собирает|собирают|держит|держат",
    "it": "tratteniamo|teniamo|custodiamo|raccogliamo|custodisce|conserva|custodito|custoditi|tenuto|tenuti|tiene|tengono|resta|restano|rimane|rimangono|consegnato|consegnati|raccolti|raccolto",
    "pl": "trzymamy|przechowujemy|zbieramy|przechowują|przechowywany|przechowywane|przechowuje|trzyma|trzymają|zostaje|zostają|zostanie|zostaną|zbierane|zbiera",
    "nl": "bewaren wij|bewaren|neemt|verzamelen|bewaard|bewaart|blijft|blijven|ingenomen|ingeleverd|verzameld",
    "uk": "зберігатиметься|зберігатимуться|зберігається|зберігаються|залишається|залишаються|залишиться|тримає|збирає",
    "tr": "kalır|kalacak|tutulur|tutulacak|saklanır|saklanacak|toplanır|toplanacak",
    "zh": "保管|代管|收起|统一管理",
    "ja": "預かり|預かる|預かります|お預かり|保管|回収",
    "th": "เก็บ|เก็บไว้|เก็บรักษา|ฝากไว้",
}
_HARD_VERBS = {
    "en": "retained|retains|confiscated|confiscates|withheld|withholds|seized|handed over|hand over|handed in|hand in|surrender|surrendered|taken away|takes away|give up",
    "es": "se retira|se retiran|retenemos|se retienen|se confiscan|retenido|retenidos|retiene|retienen|retendrá|confiscado|confiscados|retirado|retirados|entregar|se quita|se quitan",
    "fr": "retenons|confisquons|confisquent|confisqué|confisqués|confisque|retenu|retenus|retient|retiennent|retiré|retirés|remettre",
    "de": "nimmt ab|behalten wir|einbehalten|einbehält|behält|abgenommen|eingezogen|abzugeben|abgeben",
    "pt": "retemos|retêm|apreendem|retido|retidos|retém|retêm|confiscado|confiscados|entregar|apreendido|apreendidos",
    "ro": "reținem|se rețin|confiscă|luăm|reținut|reținute|reține|rețin|confiscat|confiscate|luat|luate|ia|predați|predau",
    "ru": "забираем|изымаем|отбираем|забирает|забирают|заберут|изымается|изымаются|изымают|отбирает|отбирают|удерживается|удерживаются",
    "it": "ritiriamo|sequestra|trattenuto|trattenuti|trattiene|trattengono|ritirato|ritirati|ritira|ritirano|sequestrato|sequestrati|consegnare",
    "pl": "zabieramy|odbieramy|zabierany|zabierane|zabiera|zabierają|zatrzymany|zatrzymane|zatrzymuje|odebrane|odbiera|oddać",
    "nl": "afgenomen|ingehouden|houdt in|inleveren",
    "uk": "забирає|забирають|заберуть|вилучають|відбирають",
    "tr": "el konulur|alıkonur|alınır|alınacak|toplar",
    "zh": "收走|扣押|扣留|没收|沒收|上交|上缴|交给|收缴",
    "ja": "取り上げ|没収",
    "th": "ยึด|ริบ",
}
_HOLDERS = {
    "en": "management|landlady|landlord|housekeeper|in the safe|manager|boss|employer|office|agency|company|reception|supervisor|owner|recruiter|foreman|us|director",
    "es": "dirección|oficina|encargado|encargada|jefe|jefa|empresa|agencia|oficina|patrón|empleador|gerente|dueño",
    "fr": "directeur|propriétaire|responsable|patron|patronne|agence|employeur|gérant|gérante|bureau|chef|société|direction",
    "de": "vermieter|vermieterin|büro|chef|chefin|arbeitgeber|vorarbeiter|agentur|firma|büro|leiter|uns|verwaltung",
    "pt": "gerente|patrão|patroa|empresa|agência|escritório|empregador|encarregado|chefe",
    "ro": "administrator|administratorul|patron|patronul|patronului|firmă|firma|agenție|agenția|șef|șeful|șefului|angajator|angajatorul|noi",
    "ru": "бригадиру|начальнику|менеджеру|администратору|администратора|администратор|начальник|начальника|менеджер|менеджера|работодатель|работодателя|хозяин|хозяина|бригадир|бригадира|офисе|компании|нас",
    "it": "responsabile|capo|agenzia|azienda|datore di lavoro|titolare|ufficio|padrone",
    "pl": "kierownik|kierownika|szef|szefa|pracodawca|pracodawcy|agencja|agencji|firma|firmie|biurze",
    "nl": "baas|werkgever|kantoor|bureau|bedrijf|ons",
    "uk": "менеджера|менеджер|начальник|начальника|роботодавець|роботодавця|офісі|нас",
    "tr": "müdürde|müdür|patron|patronda|patronunuz|işveren|işverende|ofiste|bizde|şirkette",
    "zh": "公司|经理|經理|老板|老闆|中介|雇主",
    "ja": "会社|社長|店長|店|事務所|雇用主",
    "th": "นายจ้าง|ผู้จัดการ|บริษัท|เจ้านาย|หัวหน้า|ร้าน",
}
_YOUR = {
    "en": "everybody's|of everyone|workers|staff|your|all|workers'|worker's|everyone's|her|their|girls'",
    "es": "tu|tus|su|sus|todas|todos",
    "fr": "votre|vos|ton|tes|tous|toutes",
    "de": "ihr|ihre|ihren|dein|deine|alle",
    "pt": "seu|seus|teu|teus|todos|todas",
    "ro": "voastre|dumneavoastră|tale|tuturor|toate",
    "ru": "ваш|ваши|твой|твои|все|всех",
    "it": "tuo|tuoi|vostri|tutti",
    "pl": "twój|twoje|wasze|wszystkie|pani",
    "nl": "je|jouw|uw|alle",
    "uk": "ваш|ваші|твій|усі",
    "zh": "你的|您的|所有",
    "th": "ของคุณ|ทุกคน",
}
_NOT_HELD = re.compile(
    r"\b(?:"
    + fold(
        "confidential|confidentially|private|secret|up to date|with you|by you|by yourself|by the worker|embassy|consulate|police|border|customs|your own|"
        "valid|returned to you|"
        "confidencial|confidenciales|confidencialidad|contigo|en tu poder|en su poder|con usted|embajada|consulado|"
        "confidentiel|confidentiels|confidentiels|avec vous|chez vous|sur vous|ambassade|consulat|"
        "vertraulich|bei ihnen|bei dir|botschaft|konsulat|confidenciais|consigo|contigo|com você|embaixada|"
        "confidențial|confidențiale|la dumneavoastră|la tine|la voi|ambasadă|ambasada|"
        "у вас|у тебя|при вас|с собой|посольстве|посольство|конфиденциально|con te|con voi|ambasciata|ambasadzie|u ciebie|u pani|"
        "bij u|bij jou|bij je|ambassade|у вас|у тебе|sizde|sende"
    )
    + r")\b|自己保管|自行保管|本人が保管|ご自身"
)
_BY_NOBODY = re.compile(
    r"\b(?:"
    + fold(
        "nobody|no one|none of us|nowhere|nadie|ninguno|personne|aucun|niemand|niemandem|ninguém|nimeni|никем|никто|нигде|nessuno|nikt|nikogo|ніким|ніхто|kimse"
    )
    + r")\b"
)
"""After the verb: kept by nobody."""
_COPY = re.compile(
    r"\b(?:"
    + fold(
        "copy|copies|photo|photos|photocopy|scan|scans|number|numbers|holder|holders|office|control|"
        "copia|copias|fotocopia|número|photocopie|copie|copies|numéro|kopie|kopien|nummer|cópia|cópias|copii|копия|копию|копии|номер|fotocopia|numero|"
        "kopia|kopię|numer|kopie|копія|копію|fotokopi|fotokopisi"
    )
    + r")\b|复印|复制|影印|コピー|写し|สำเนา"
)
"""Right before or after the papers: then it is not they that are held."""
_DENIES_ANYWHERE = re.compile("[不没沒勿无無]|ません|しない|ない|ไม่|ห้าม")
"""In scripts without spaces."""
_WORD = re.compile(r"[\w']+")
_BREAK = re.compile(r"[.!?;|•*\n。！？；]")
_CLAUSE = re.compile(r"[^.!?;|•*\n。！？；]+[.!?]?")


class _Said(NamedTuple):
    part: str
    weight: int
    languages: frozenset[str]


class _Hit(NamedTuple):
    start: int
    end: int
    said: _Said


def held(text: str, hits: list[tuple[int, int, _Said]]) -> Iterator[tuple[int, int]]:
    """Where a view's text says that another holds papers: start and end of the papers and the verb, once a clause."""
    if not any(said.part == _PAPER for _, _, said in hits) or not any(said.part == _HOLDS for _, _, said in hits):
        return
    at = 0
    for clause in _CLAUSE.finditer(text):
        first = at
        while at < len(hits) and hits[at][0] < clause.end():
            at += 1
        if at - first > 1 and (found := _in_clause(text, clause, [_Hit(*hit) for hit in hits[first:at]])):
            yield found


def _in_clause(text: str, clause: re.Match[str], hits: list[_Hit]) -> tuple[int, int] | None:
    """Each verb with what stands near it: the time grows with the text."""
    for at, verb in enumerate(hits):
        if verb.said.part != _HOLDS:
            continue
        near = hits[max(0, at - _NEAR) : at + _NEAR + 1]
        for paper in near:
            shared = paper.said.languages & verb.said.languages
            low, high = (paper, verb) if paper.start < verb.start else (verb, paper)
            if paper.said.part != _PAPER or not shared or not 0 <= high.start - low.end <= _REACH:
                continue
            others = {hit.said.part for hit in near if hit.said.languages & shared}
            weight = paper.said.weight + verb.said.weight + (_HOLDER in others) + (_YOURS in others)
            if weight >= _ENOUGH and not _is_ruled_out(text, clause.span(), low, high, shared):
                return low.start, high.end
    return None


def _is_ruled_out(text: str, clause: tuple[int, int], low: _Hit, high: _Hit, languages: frozenset[str]) -> bool:
    paper = low if low.said.part == _PAPER else high
    if is_harmless(text, clause, (paper.start, paper.end), (low.start, high.end)):
        return True
    if _BY_NOBODY.search(text, high.end, min(clause[1], high.end + _AROUND // 2)):
        return True
    known = tuple(sorted(languages))
    denying = negators(known)
    before = _WORD.findall(text, max(clause[0], low.start - _AROUND), high.start)
    if any(word in denying or (word[:2] in ("n'", "d'") and word[:2] in denying) for word in before):
        return True
    return is_denied(text, low.start, high.end, known) or is_denied(text, high.start, high.end, known)


def is_harmless(text: str, clause: tuple[int, int], paper: tuple[int, int], said: tuple[int, int]) -> bool:
    """Whether the reader keeps the papers, or a copy, a number or an office is meant."""
    first, last = max(clause[0], said[0] - _AROUND), min(clause[1], said[1] + _AROUND)
    return bool(
        _NOT_HELD.search(text, first, last)
        or _DENIES_ANYWHERE.search(text, first, last)
        or _COPY.search(text, max(first, paper[0] - 24), paper[0])
        or _COPY.match(text, paper[1] + 1)
    )


def clause_of(text: str, start: int, end: int) -> tuple[int, int]:
    """The clause around what stands there, as far as it matters."""
    first, last = max(0, start - 2 * _AROUND), end + 2 * _AROUND
    before = max((match.end() for match in _BREAK.finditer(text, first, start)), default=first)
    after = _BREAK.search(text, end, last)
    return before, after.start() if after else min(last, len(text))


@cache
def dictionary() -> Phrases[_Said]:
    """Names of papers, verbs, holders and words such as "your", each with its languages; the same spelling in several counts for all."""
    known: dict[str, _Said] = {}
    for part, weight, words in (
        (_PAPER, 2, _STRONG_PAPERS),
        (_PAPER, 1, _WEAK_PAPERS),
        (_HOLDS, _HARD, _HARD_VERBS),
        (_HOLDS, 1, _SOFT_VERBS),
        (_HOLDER, 0, _HOLDERS),
        (_YOURS, 0, _YOUR),
    ):
        for language, phrases in words.items():
            for phrase in map(fold, phrases.split("|")):
                before = known.get(phrase)
                if before is None:
                    known[phrase] = _Said(part, weight, frozenset((language,)))
                elif before.part == part:
                    known[phrase] = before._replace(languages=before.languages | {language})
    return Phrases(known)
