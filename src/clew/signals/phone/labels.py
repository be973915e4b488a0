"""What is written before a number: words that ask for a call, and words that say it is an order, a tax or a customer number.

Words are kept in small letters without accents, in the languages of the number words and some more. A label holds for what follows it but for
words such as "no" and "is"; a word that asks for a call holds for four more words, and the nearer of the two decides.
"""

from __future__ import annotations

import re
from functools import lru_cache

from clew.signals.phone.words import key

NOTHING, ASKED, OTHER, ROOM = range(4)
"""What a place in a text is: neither, where a telephone number is asked for, where another number stands, where a room's number would."""

_REACH = 64
"""Signs to look back."""
_MOST_WORDS = 5
_PIECES = re.compile(r"[^\W_]+|[№#☎📞📱✆💬📲]")

_ASK_SIGNS = frozenset("☎📞📱✆💬📲")
_ASK_STARTS = tuple(
    "phone telephon mobile mobil cell call ring text whats wapp contact zadzwo dzwo zavol volej звон позвон тел телефон номерте viber telegram llam ligu ligue "
    "liga appel chiam anruf ruf suna hubungi telef tlf kontakt cel movil portable handy dial nazov hivj τηλ 电话 電話 手机 手機 微信 携帯 전화 핸드폰 "
    "연락 โทร เบอร์ फोन कॉल واتس هاتف جوال موبايل اتصل טלפון נייד וואטסאפ".split()
)
_ASK_WORDS = frozenset(
    "tel mob txt sms wa tlm fon bel ara cep zap gsm numero nummer numer number num tfno tfn tf tlfn nr1 dm imessage signal line".split()
) - {"line", "signal"}
_WEAK_ASKS = frozenset("numero nummer numer number num numeru".split())
"""They ask for a call only where no label stands before or after them."""

_FILLERS = frozenset(
    "no nr num number numbers numbered numero numeros nummer numer numeru numara numarasi numar numarul cislo broj szam n nº º o is are ist lautet es est e jest este это "
    "id code kod codigo codice kode the der die das le la el il o a номер номера № # nos nrs var no: de del di du des da do di von of for zu your ihre ihr su votre tuo vash "
    "sa seu sua va ваш и to and und et y bis bin bi pin hu che αριθμος c f رقم מספר मंबर नंबर".split()
)
"""What may stand between a label and its number."""

ALONE = frozenset(
    # orders and parcels
    "order orders orderno orderid reference references ref refs referenz reff referencia referencias referenca réf tracking invoice invoices pedido encomenda commande "
    "ordine bestelling bestilling tilaus bestallning zamowienie zamowienia comanda comenda заказ заказа заказу замовлення sifaris siparis narudzba objednavka rendeles factura facture fattura "
    "fatura rechnung faktura seguimiento suivi sendung sendungsnummer sendungs spedizione przesylki przesylka colis parcel paket shipment awb trek трек confirmation waybill "
    "παραγγελια παραγγελιας الطلب طلب הזמנה "
    # taxes, firms, registers
    "tax taxid vat tva iva piva ust ustid mwst btw nif cif nie nip regon krs pesel cnp cui siret siren rcs rna nipc cnpj cpf rfc curp ein tin ssn itin nhs inn инн кпп огрн огрнип окпо бик едрпоу "
    "єдрпоу іпн снилс kvk kbo ico dic ic oib jmbg afm αφμ vkn tckn steuer steuernummer steuerid handelsregister hrb hra nino utr crn abn acn gstin pan aadhaar aadhar dni "
    "cedula rut nit ruc cuil cuit partita fiscale fiscal registration registrationno siege personnummer "
    # accounts and cards
    "account accounts acct iban bic swift konto kontonummer conto cuenta compte cont rekening rekeningnummer sort blz visa mastercard amex card carte karta clabe счет счёт р/с ucet uctu hesap rib "
    # papers
    "passport passports passeport pasaporte passaporto paszport paszportu pasaport pasaportul паспорт паспорта reisepass paspoort personalausweis ausweis identita identidade identidad "
    "licence license policy policies polizza police case docket patient permit plate "
    # things
    "isbn issn ean upc gtin sku imei imsi iccid serial serienummer seriennummer serie matricola matricule artikel artikelnummer artikelnr article articulo артикул model modell modelo modele part parts "
    "batch lot version build ver sn mac hash sha md5 commit doi cas einecs vin fahrgestell bates "
    # places and travel
    "lat lng lon latitude longitude gps suite suites room rooms zimmer flight vuelo vol volo flug pnr ticket tickets eticket билет postcode plz zip "
    # games and scores
    "lotto loto lottery loteria lotterie powerball primitiva euromillions superenalotto bonoloto megamillions jackpot winning gewinnzahlen спортлото лото лотерея score scores результат счет "
    "population populacao poblacion einwohner inhabitants habitants".split()
)
ROOMS = frozenset("suite suites room rooms zimmer".split())
"""Labels of short numbers only: many adverts end on "quiet room" and a telephone number."""
WITH_NUMBER = (
    "customer client cliente clienti klient klienta kunde kunden kunder kund klant member membership miembro socio socia mitglied adherent abonne abonent musteri клиент абонент договор contract contrat contrato "
    "contratto vertrag umowa umowy booking reservation reserva prenotazione buchung reservierung rezerwac bron брон reservering employee staff student personal personel insurance seguro versicherung "
    "assurance claim transaction transaktion auftrag order bestell rechnung referral receipt document dokument документ dossier expediente sprawy aktenzeichen vorgang registr"
).split()
"""Labels only with a word such as number before or after them, or inside them as in Kundennummer."""

_ALONE_STARTS = ("isbn", "passport", "паспорт")
_WITH_STARTS = tuple(WITH_NUMBER)
_INSIDE = ("nummer", "nr", "number", "numero", "numer", "no", "id")
_HAN_NUMBERS = ("号", "番号", "號", "号码", "번호", "编号", "單號")
_HAN_PHONES = ("电话", "電話", "手机", "手機", "携帯", "전화", "핸드폰", "微信", "热线", "同号")


def label(shown: str, start: int) -> int:
    """What the words before this place say of a number that starts here.

    >>> [label(text, len(text)) for text in ("call me on ", "Kundennummer: ", "numéro client ", "my new ", "order now, call ")]
    [1, 2, 2, 0, 1]
    """
    before = shown[max(0, start - _REACH) : start]
    pieces = _PIECES.findall(before)[: -_MOST_WORDS - 1 : -1]
    counted, open_, weak, pending = False, True, False, False
    for piece in pieces:
        said = _said(piece)
        if said == _ASKS_ALWAYS:
            return ASKED
        if open_ and not pending and said & _IS_LABEL:
            return ROOM if said & _IS_ROOM else OTHER
        if open_ and said & _LABELS_NUMBERS:
            if counted:
                return OTHER
            pending = True  # it is a label if a word for number stands before it, as in "numéro client"
            continue
        if said & _COUNTS:
            if pending:
                return OTHER
            counted, weak = True, weak or said & _ASKS_WEAKLY > 0
            continue
        if said & _ASKS:
            return ASKED
        if pending and said & _FILLS:
            continue
        open_ = open_ and not pending and said & (_FILLS | _IN_CODE) > 0
        pending = False
    if weak:
        return ASKED
    return OTHER if before.endswith("#") else NOTHING


(_IS_LABEL, _LABELS_NUMBERS, _ASKS_WEAKLY, _COUNTS, _ASKS, _FILLS, _IN_CODE, _ASKS_ALWAYS, _IS_ROOM) = (
    1 << at for at in range(9)
)


@lru_cache(maxsize=65_536)
def _said(piece: str) -> int:
    """What a word or a sign may be before a number, as a sum."""
    if piece in _ASK_SIGNS:
        return _ASKS_ALWAYS
    word = piece.lower() if piece.isascii() else key(piece)
    said = {
        _IS_LABEL: word in ALONE or word.startswith(_ALONE_STARTS) or _is_numbered(word),
        _LABELS_NUMBERS: word.startswith(_WITH_STARTS),
        _ASKS_WEAKLY: word in _WEAK_ASKS,
        _COUNTS: word in _WEAK_ASKS or word in _COUNTING,
        _ASKS: word in _ASK_WORDS or word.startswith(_ASK_STARTS),
        _FILLS: word in _FILLERS,
        _IN_CODE: word[:1].isdigit() or _is_code(piece),
        _IS_ROOM: word in ROOMS,
    }
    return sum(flag for flag, holds in said.items() if holds)


_COUNTING = frozenset(("no", "nr", "n", "nº", "id", "№", "#", "номер", "код", "code", "codice", "numara"))
_SMALL = frozenset("ON AT BY TO IN ME US MY OR WE UP GO AB AM OK HI TO DO SO".split())


def _is_code(piece: str) -> bool:
    """Whether it may be the letters that stand before the figures of a code, as in IB 6123."""
    return len(piece) <= 3 and piece.isupper() and piece.isascii() and piece not in _SMALL


def _is_numbered(word: str) -> bool:
    """Whether a word holds both a label and a word for number, as Kundennummer, klantnr and 订单号."""
    if word.startswith(_WITH_STARTS) and word.endswith(_INSIDE):
        return True
    return not word.isascii() and word.endswith(_HAN_NUMBERS) and not word.startswith(_HAN_PHONES)
