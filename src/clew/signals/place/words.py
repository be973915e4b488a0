"""Words that stand before a place, and cities whose name is a common word or a common first name."""

from __future__ import annotations

CUES = frozenset(
    "in at near from to visiting around leaving city location town area outside central downtown based "
    "en desde cerca ciudad lugar zona a à de près ville lieu vers dans em no na cidade perto di da vicino città zona "
    "nach aus bei ort stadt raum te naar uit bij stad plaats w z do miasto koło din în la lângă oraș localitate "
    "в из город около ke di dari kota ile şehir".split()
)
STRONG_CUES = frozenset(
    "in near visiting city town ciudad ville à nach aus stadt città miasto în oraș в из город".split()
)
"""The cues after which a common word may still be a city, when it is written with one capital."""
COMMON = frozenset(
    # English
    "nice bath reading mobile split male best call date orange enterprise of and the you are man men most much more buy sell "
    "same many date page rugby sale deal wells ware rye march may june august battle born spring surprise independence "
    "liberty hope paradise union eden normal home central college liberal temple eagle pearl sandy salt "
    "hot cool sweet young moor bay lake park hill wood field stone bridge ford ash oak elm cedar rose daisy ivy holly lily "
    "van bar ban can her his she has had was who how why now new old one two six ten sun mon fri son big top tip nan dan ben "
    "sam max leo mia ana eva ada ida ola una are ure oldham dale glen bury leigh crewe ely deal diss eye looe wick ayr "
    "anna maria marina florence victoria elizabeth carolina georgia sofia sophia lorena "
    "veronica barbara clara laura diana monica angelina helena lucia paola jackson "
    "lincoln douglas chester lancaster kent carson clifton marion chelsea "
    "vera linda rosa teresa bella tina nora kara sara lina lena mina nina tara maya jena asia africa "
    "regina santa san los las el la le les de do da du di mar sol luna casa villa norte sur este oeste centro real nova novo "
    "angers sens vannes laval vichy caen pau agen lens dole die das ist der wie was hof bad berg "
    "kleve singen wesel bergen velen werden gera celle como lecco massa fano nola cave "
    "sora vasto terni lodi asti mira dos tres uno sin con por para como cuba leon merida salta tandil moron "
    "police hel zary opole rota olga obi ota ito ise tsu oita oda oyo ife ondo aba ikire same moshi kisi mbale tema ho "
    "bo boke labe po tete beira fortune force general victory success active manage guide trade gay beauty "
    "massage relax spa hotel private welcome hello sunday monday friday today kiss angel star magic golden silver diamond "
    "ruby amber crystal jade coral summer winter north south east west street road station airport centre plaza garden "
    "imperial royal kings queens prince princess bishop pope abbey castle chapel church cross mission bell hands service "
    "open full free fast long short strong clean english thai latin arab turk french polish greek roman "
    "soul lion mila luck god pest mite meds bone hang salam ahmad serena keris nokia google pay cary edison lindsay tyler durham sim "
    "much hello sorry please thanks okay yes help need want love life time year week hour miss mister mrs dear reply send text "
    "latina "
    "tone tones club cash prize winner urgent claim won stop phone video music game games win txt msg".split()
)
PEOPLES = frozenset({"roma"})
"""Cities of whose name a people is called too: no place beside a word for persons. (Latina is among the common words.)"""
PERSONS = frozenset(
    "woman women lady ladies girl girls man men guy guys boy boys male female person people trans transgender gay lesbian couple "
    "am ethnic family families community origin heritage background descent ethnicity worker workers masseuse masseur therapist beauty".split()
)
