"""The words of `labels`: in small letters, read without accents. A word with a * stands for all that start with it.

What asks for a call and what stands for "number" are closed lists, since few words do. What a number may be the number of is an open one:
it is listed only for what is written without such a word, as in "invoice 2125550199".
"""

from __future__ import annotations

ASK_SIGNS = frozenset("☎📞📱✆💬📲")

ASKS = """
area phone* telephon* mobile* mobil* cell cells cellphone cellular call calls calling callme callback ring text texts texting txt sms whats* wapp* wats* watts* wtsp contact* messag* msg reach* dial tel tels mob mb fon dm
imessage signal* telegram* viber* tg wa wsp kakao* line hotline helpline landline tele phn ph speak enquir* inquir*
llam* escrib* movil* tlf* tfn* tfno tf telef* guas* wasap* zap zapp contat* cel
appel* ligue ligues liguem liga ligar joign* joindre portable* rappel* gsm chiam* cellulare scriv* contatt* telem* tlm fone celular* chama*
anruf* ruf* handy* schreib* meld* erreich* kontakt* durchwahl fest* bel bellen appen app mobiel* bereikbaar telefo*
dzwo* zadzwo* kom komork* pisz* smsuj* volej* zavol* zavolat* nazov* pozov* zovi javi* pis piste napis* sunat suna sunati apel* hivj* hivd* hivas* hiv keress* elerhet* kapcsolat*
tlf* ringe ring* skriv* soita* puh puhelin* laita viesti* yhtey* skambin* zvani* helista* zvonit* pokli*
ara arayin* arayabilir* cep gsm iletisim* ulas* yazin*
тел* звон* позвон* набер* набир* пиш* связ* дзвон* зателефон* подзвон* моб* вайбер* вацап* ватсап* вотсап* телегр* контакт* обади* обажд* номерте* јави* позови* сот зв
τηλ* καλεσ* καλειτε κιν κινητ* επικοινων* στειλ*
اتصل* اتصال* هاتف* جوال* موبايل* موبایل* واتس* واتساپ تلفون* تليفون* تلفن* تواصل* للتواصل* نقال* رقمي تماس همراه زنگ فون* کال موبائل رابط* رابطہ واٹس* محمول*
טלפון* נייד* וואטסאפ* ווטסאפ התקשר* חייג* צלצל* פלאפון לתאום
फोन* फ़ोन* कॉल* मोबाइल* संपर्क* सम्पर्क* व्हाट्स* वॉट्स* ফোন* কল মোবাইল* যোগাযোগ* হোয়াটস*
hub hubungi* telp* telepon* kontak* hp nohp nowa telpon tawag* tawagan piga simu
goi zalo dien lien lh dt sdt alo
"""
NUMBERS = """
number numbers numero numeros numeri nummer nummeret numret numer numeru numerem numar numarul numarului numara numarasi numaram numaraniz cislo cislem cisla broj broja szam szama szamu numri nomor nombor numeris numurs numero numeron nro nra num
no nr n nº n° № nos nrs num núm č c čís cis br sz ar αρ αριθ αριθμος αριθμο αριθμου номер номера номеру номером номерът номеръ број број رقم شماره نمبر מספר नंबर नम्बर नं संख्या क्रमांक নম্বর নং namba nambari bil
številka številko številke št númer nomre nömrə nömrəsi ნომერი ნომრის համար համարը எண் нөмір нөмірі дугаар
"""
CODES = """
id uid code codes kod kodu kode kody kodas kods codigo codice codul kodja ref refs reference references referenz referencia referencias referenca reff tunnus rif riferimento viitenumero viite код кода коду коды кодът шифр
κωδικος κωδ كود رمز کد کوڈ קוד कोड आईडी आईडी আইডি কোড ident identifier identifiant codi cod koda kodi კოდი կոդ kenmerk betalingskenmerk referentie referens kenziffer kennziffer kennung
"""
OWN = """
my mine our ours your yours me this that these the a an here her his new old same other another second first direct private personal work business real correct only main local foreign uk us usa english
mi mis mio mia nuestro tu su este esta el la los al del nuevo nueva otro privado unico unica mismo aqui
mon notre ce cet le au du sur nouveau nouvel autre seul perso ici prive propre unique
mein meine meiner unser unsere ihr dieser diese der die das den dem unter neue neuer neues andere eigene hier private
il lo questo nuovo nuova altro sul allo mio nostro ecco meu minha nosso novo nova outro pelo ao este esse
mijn onze ons dit deze het nieuw nieuwe andere op via
moj moja nasz nowy nowa inny ten na pod po tym
мой моя мое наш наша это этот новый новая другой по на под мій наш новий цей інший за мой нов този моят
benim bizim bu yeni asagidaki su ozel diger meu nou noul noua acest acesta pe
az ez uj sajat az muj moje nas novy nove tento na toto mitt min mit mina vart nytt nya detta paa pa minun uusi tama
μου μας το τον στο νεο νεος αυτο αυτος هذا هذه الجديد جديد الخاص على عبر من این मेरा मेरे हमारा इस यह নতুন আমার
saya kami ini baru nomornya toi minh em anh nay moi aking ko ang ito bago yangu
on at to by use using with via save add take try send note get from under please pls plz whose is are yes hey hello hi
personlig privat egen
"""
"""What stands before "number" where it is the speaker's: whose, which, at, use."""
UNWANTED = "anonim* anonym* ocult* hidden withheld masqu* cache* unterdruck* nascost* privati* ukryt* zastrzez* скрыт* gizli skjult* dolda rejtett"
"""Kinds of calls that are not taken, with a "no" that is no number."""
FILLERS = """
is o are ist lautet es est e jest este это the der die das le la el il den de del di du des da do di von of for zu your ihre ihr su votre tuo vash sa seu sua va vasa ваш ваша to and und et y bis bin bi pin hu che c f
на за по a on in full follows below above as was will be er ar ist van voor til till für fur pour per para por dla dlya для від от za z ze na का की के है cua la là adalah untuk is: हैं হল هو هي است ہے
"""
THINGS = """
order orders orderno orderid tracking waybill awb shipment consignment parcel parcels invoice invoices receipt receipts voucher coupon confirmation
barcode ean upc gtin sku imei imsi iccid meid serial part
parts batch lot version build ver sn mac hash sha md5 commit doi cas einecs vin isbn* issn chassis bates article item listing meter charity reg
registration vat tax taxid tva iva piva ust ustid mwst btw tin ssn itin nhs ein utr crn abn acn gstin
nino npi dea fein duns companies account accounts acct iban bic swift clabe rib sort routing aba blz visa mastercard amex card passport* policy
policies licence license permit patent plate case docket patient dossier file ticket tickets eticket
flight pnr gate lat lng lon latitude longitude gps postcode zip plz cep suite suites room rooms apt unit lotto loto lottery loteria lotterie powerball
primitiva euromillions superenalotto bonoloto megamillions jackpot winning score scores result
results population inhabitants habitants einwohner poblacion populacao timestamp unix epoch port ip seed checksum
pedido pedidos encomenda encomendas commande ordine ordini bestell* bestelling* tilaus bestallning* zamowien* comanda comenda siparis* narudzb*
objednavk* rendeles* заказ* замовлен* παραγγελ* الطلب طلب الطلبية הזמנה pesanan ऑर्डर* পার্সেল ordernr
factura* facture* fattura* fatura* rechnung* faktur* rechnungs* factuur* szamla* lasku счет счёт счета счету рахунок рахунку накладн* квитанц*
τιμολογ* αποδειξη الفاتورة فاتورة חשבונית रसीद* बिल invois hoadon kuitti račun racun sąskait* saskait* arve
seguimiento suivi sendung* spedizione spedizioni przesylk* colis paket* pakke* kolli* zasilk* zasielk* csomag* трек трекинг трек-номер ттн посылк*
αποστολ* الشحنة شحنة resi envio kargo paczk* zending* lahetys* pratk* pošiljk* posiljk* siunt* koletul
cuenta compte konto kontonummer conto conta cont rekening* ucet uctu hesap* tili konts sąskaita λογαριασμ* الحساب حساب חשבון खाता खाते rekening akaun
банк* бик cbu cvu bankgiro plusgiro bankkonto
fiscal fiscale fiscales partita cif nif cnif nie nip regon krs pesel cnp cui siret siren rcs rna nipc cnpj cpf rfc curp инн кпп огрн огрнип окпо оквэд
едрпоу єдрпоу іпн ипн рнокпп снилс омс егн еик булстат пиб јмбг jmbg oib pib mbs kvk kbo bsn ico dic ic dph ibi siren naf ape ahv avs uid steuer*
handelsregister hrb hra afm αφμ αμκα αδτ δου vkn tckn kimlik vergi* adoszam* tajszam taj szemelyi nik npwp ktp nib kk cmnd cccd mst paye gst bin iin
nin nid aadhaar aadhar आधार पैन dni cedula rut nit ruc cuil cuit rnc personnummer personnr personnumer* orgnr cvr cpr fodselsnummer* henkilotunnus*
y-tunnus ytunnus rodne dni
contribuinte cartao carta carte carta* cartes tarjeta kart karte* karta* karty legitymacj* tessera tesserino ausweis* personalausweis reisepass*
passeport* pasaporte* passaporto* paszport* pasaport* паспорт* paspoort* pasport cestovni identita identidad identidade identitate dowod* dowodu
удостоверение удостоверения посвідчення удостовер* лична الهوية هوية الجواز جواز السجل سجل الرخصة رخصة الإقامة اقامة الملف ملف المنتج منتج
licencia licencias licenza licenze licenca licenta licence lizenz* licentie* koncesja concession autorisation autorización autorizacion permis permiso
permisos patente* patentino lupa ruhsat* лицензи* ліцензі* дозвол* разрешени* свидетельств* свідоцтв* άδεια αδεια रजिस्ट्रेशन पंजीकरण लाइसेंस izin
ijin giấy hanko tillstand bevilling ajokortti korkort rijbewij* fuhrerschein* prawo jogositvany* ridicsky
poliza polizas polizz* policka policki polis polisy polisa polita polite polisa polisnr apolice* versicherung* verzekering* forsakring* forsikring*
полис* поліс* πολυβολ* ασφαλιστ* पॉलिसी بوليصة التأمين pojistk* kotveny*
contrat contrato contratto contract contracte vertrag* umowa umowy smlouv* szerzodes* договор* договір* договору sozlesme* kontrakt* avtal* sopimus
συμβολαι* συμβασ* العقد عقد अनुबंध kontrak hop sutart*
expediente expedientes pratica pratiche protocollo protocolo protocol processo proceso proces aktenzeichen akte akt sprawa sprawy sygnatura spisova
ugyszam* iktatoszam dosar dosarul дело дела справа справи протокол* заявк* заявлен* звернен* dosya* arende* saksnummer asia πρωτοκ* υποθεσ* القضية
قضية फाइल berkas perkara hồ hoso byla
matricula matricola matricole matricule matrikel* immatriculation kennzeichen nummerplaat kenteken* rejestrac* rendszam* plaka spz рег гос sinistre
sinistro siniestro sinistru schaden*
articulo artigo artikel* article* артикул* articol cikkszam* tuote* κωδικοσ produit producto produto prodotto produkt produktu produs produktnr
produktnummer urun товар* barkod* barcode* kreskow* codebarre strichcode штрих штрихкод ean hersteller* seriennr seriennummer serie serienummer
serienr serijski серийный seri lotto lote partia partie parti партия charge charg* sarja katalog* katalogov*
localizador localizadora lokalizator anuncio annonce annonces annuncio anunt anuntul ogloszen* inzerat* hirdetes* advert advertentie* anzeige
anzeigen* annons* annonse ilmoitus объявлен* оголошен* обява oglas* ilan* αγγελι* إعلان الإعلان iklan skelbim* objekt objekt-nr immobilie inserat
chiffre объект* лот
zahler* zaehler* contatore compteur* licznik* vodomer merac счетчик* лічильник* sayac* meteropname
gutschein* cupon* promo promocod* промокод* rabatt* kupon*
postleitzahl codepostal indice индекс індекс irsz posta zimmer* chambre habitacion camera комн* квартир*
variabilni symbol specificky reklamac*
pobox postbox casilla postfach
targa mersis davčna trr emšo factur* фактур* תעודת certificate* application* boleta folio alvara matični maticni symbol phep camera matrikelnr
reference references ref refs referenz reff referencia referencias referenca réf bestilling sifaris trek inn registrationno siege р/с police
fahrgestell vuelo vol volo flug билет gewinnzahlen спортлото лото лотерея результат reading readings trace billet billets takip registro registros
registre register* registr* corrente
"""
HEADINGS = "model modell modelo modele article articulo articolo artikel claim ticket booking reservation reserva prenotazione buchung route bus offer oferta offre part parts"
"""Labels only where their sentence starts with them."""
ROOMS = "suite suites room rooms zimmer zimmers unit apt chambre habitacion gate camera комн кв"
"""Labels of short numbers only: many adverts end on "quiet room" and a telephone number."""

NUMBER_ENDS = (
    *(
        "nummer",
        "nummern",
        "nummeret",
        "numret",
        "number",
        "numero",
        "numer",
        "numara",
        "nr",
        "nro",
        "szam",
        "szama",
        "cislo",
        "broj",
    ),
    *("referenz", "kod", "code", "id", "kode", "zeichen", "ziffer", "tunnus", "номер", "код"),
)
"""How words end that are put together from a thing and "number", as Kundennummer."""

# What stands before a number in scripts that part no words, or few: read from the right, the last decides.
RUN_ASKS = (
    "电话 電話 手机 手機 微信 联系 聯繫 聯絡 联络 致电 拨打 热线 熱線 携帯 連絡 同号 加我 お問い合わせ 問合せ 問い合わせ ライン 전화 핸드폰 휴대폰 연락 문의 카톡 상담 폰 텔레 "
    "โทร เบอร์ ติดต่อ ไลน์ มือถือ แอดไลน์ ទូរស័ព្ទ លេខទូរស័ព្ទ ទាក់ទង ໂທ ເບີ ဖုန်း ဆက်သွယ်"
).split()
RUN_NUMBERS = "番号 番號 号码 號碼 번호 编号 編號 单号 單號 号 號 编码 編碼 代码 代碼 コード コ-ド 코드 ナンバー ナンバ- 넘버 เลขที่ หมายเลข เลข รหัส ทะเบียน លេខ ເລກທີ ເລກ အမှတ် នំបឺ".split()
RUN_THINGS = (
    "身份证 身份證 护照 護照 账户 帳戶 账号 帳號 发票 發票 订单 訂單 快递 包裹 运单 执照 執照 许可 許可 合同 案件 房源 税号 條碼 条码 车牌 口座 注文 伝票 品番 型番 免許 旅券 "
    "問い合わせ番号 お問合せ番号 계좌 송장 사업자 면허 사건 매물 주민 여권 주문 운송장 บัญชี ใบอนุญาต ใบเสร็จ ใบสั่ง คำสั่งซื้อ พัสดุ ผู้เสียภาษี บัตรประชาชน หนังสือเดินทาง กรมธรรม์ สัญญา บาร์โค้ด โฉนด"
).split()
